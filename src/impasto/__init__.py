"""impasto: pictures in the style of other pictures."""

from ._version import __version__

__all__ = ["__version__"]
