"""Own inputs, built from the same blocks."""
