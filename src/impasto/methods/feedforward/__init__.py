"""Methods that paint in one pass of a trained network."""
