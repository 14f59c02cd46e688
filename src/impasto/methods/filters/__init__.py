"""Colour, filters and strokes: no network."""
