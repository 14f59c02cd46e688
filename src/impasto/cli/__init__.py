"""The command line, made from the registry: no method is named here."""

from .app import main

__all__ = ["main"]
