"""Recipes for networks that belong to no single method; each is a folder whose `__init__` declares RECIPE."""
