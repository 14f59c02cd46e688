"""The methods, one module or folder each, found by the registry's walk."""
