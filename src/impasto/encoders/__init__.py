"""Networks that see: named feature layers, each tied to its weight file and front end."""
