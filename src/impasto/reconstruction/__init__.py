"""How the picture is rebuilt: optimise its pixels, or run a decoder."""
