"""Strokes: pictures painted one brush mark after another."""
