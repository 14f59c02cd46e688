"""Trained networks that make pictures in one pass, each written once for every engine (see impasto.engines.ops)."""
