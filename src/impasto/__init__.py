"""impasto: pictures in the style of other pictures.

>>> import impasto
>>> impasto.stylize("photo.jpg", "painting.jpg").save("out.png")  # doctest: +SKIP
>>> "colour_transfer" in impasto.methods()
True

Importing this loads neither torch nor numba nor any method: everything arrives when it is first used.
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from .api import Stylized, evaluate, methods, stylize, stylize_video

__all__ = ["Stylized", "__version__", "evaluate", "methods", "stylize", "stylize_video"]

_LAZY = {"Stylized", "evaluate", "stylize", "stylize_video"}


class _Shelf(ModuleType):
    """The folder `impasto.methods`, which can also be called: `impasto.methods()` lists what stands on it."""

    def __call__(self) -> dict[str, Any]:
        """Every known method by id."""
        return import_module("impasto.registry").methods()


# The folder and the function share the name people look for. Importing any submodule binds the folder
# to it, so a lazy function of that name would vanish; the folder itself learns to answer instead.
import_module("impasto.methods").__class__ = _Shelf


def __getattr__(name: str) -> Any:
    """Fetch a public name from the API when it is first used (PEP 562)."""
    if name not in _LAZY:
        raise AttributeError(f"module 'impasto' has no attribute '{name}'")
    value = globals()[name] = getattr(import_module("impasto.api"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
