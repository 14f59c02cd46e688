"""Guides: what says which part of an example may go where: light and dark, detail, edges, positions, normals."""
