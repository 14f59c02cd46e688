"""Finds every method: walks `methods/` and `applications/`, then entry points of the group "impasto.methods".

Training recipes are found the same way, beside the methods they are for or in `training/recipes/`.
"""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import walk_packages
from types import ModuleType

from impasto.core import Method, Recipe, UsageError, unknown
from impasto.weights import zoo

_ROOMS = ("impasto.methods", "impasto.applications")
_RECIPE_ROOMS = (*_ROOMS, "impasto.training.recipes")
DEFAULT_METHOD = "gatys"
"""What `impasto photo painting` runs."""
DEFAULT_FILM_QUALITY = "fast"
"""What `impasto video clip painting` runs: a film has thousands of frames."""
QUALITY: dict[str, tuple[str | None, str | None]] = {
    "fast": ("alla_prima", None), "good": ("gatys", "fast"), "default": (None, None), "best": ("nnst", None),
}  # fmt: skip
"""How good a picture is worth the wait, and the method and preset that make it; None is the default one."""


def _modules(room: str) -> Iterator[ModuleType]:
    package = import_module(room)
    for found in walk_packages(package.__path__, room + "."):
        # What is a folder declares itself in its __init__; what lies below is its engine.
        parent = import_module(found.name.rpartition(".")[0])
        if not (hasattr(parent, "METHOD") or hasattr(parent, "RECIPE")) and not found.name.rpartition(".")[
            2
        ].startswith("_"):
            yield import_module(found.name)


@cache
def methods() -> dict[str, Method]:
    """Every known method by id, sorted. Importing torch here is a bug that a test catches."""
    found: dict[str, Method] = {}
    for module in (module for room in _ROOMS for module in _modules(room)):
        if isinstance(method := getattr(module, "METHOD", None), Method):
            _add(found, method, module.__name__)
    for entry in entry_points(group="impasto.methods"):
        if isinstance(method := entry.load(), Method):
            _add(found, method, entry.value)
    return dict(sorted(found.items()))


def _add(found: dict[str, Method], method: Method, where: str) -> None:
    if method.id in found:
        raise ValueError(f"{where} declares method '{method.id}', which exists already")
    found[method.id] = method


def get(method_id: str) -> Method:
    """The method of that id, or a UsageError naming the nearest one."""
    known = methods()
    if method_id not in known:
        raise unknown("method", method_id, known, f"'impasto methods' lists all {len(known)}.")
    return known[method_id]


def choose(method_id: str | None = None, quality: str | None = None) -> Method:
    """The method asked for by id or by quality, the default one where neither is given. Raises UsageError for both."""
    if method_id is not None and quality is not None:
        raise UsageError(
            f"quality: '{quality}' chooses a method by itself; leave out either it or method '{method_id}'."
        )
    if quality is not None:
        if quality not in QUALITY:
            raise unknown("quality", quality, QUALITY, f"There is: {', '.join(QUALITY)}.")
        method_id = QUALITY[quality][0]
    return get(method_id or DEFAULT_METHOD)


def method_of_style(names: str) -> str:
    """The method for a style that is named instead of shown by a painting."""
    return zoo.method_for(names)


def preset_for(quality: str | None, preset: str | None) -> str | None:
    """The preset asked for, or the one that a quality brings. Raises UsageError where both want one."""
    brought = QUALITY[quality][1] if quality is not None else None
    if brought is not None and preset is not None:
        raise UsageError(
            f"quality: '{quality}' chooses preset '{brought}' by itself; leave out either it or '{preset}'."
        )
    return preset if brought is None else brought


@cache
def recipes() -> dict[str, Recipe]:
    """Every training recipe by id, sorted. Imports no torch either."""
    found: dict[str, Recipe] = {}
    for module in (module for room in _RECIPE_ROOMS for module in _modules(room)):
        if isinstance(recipe := getattr(module, "RECIPE", None), Recipe):
            if recipe.id in found:
                raise ValueError(f"{module.__name__} declares recipe '{recipe.id}', which exists already")
            found[recipe.id] = recipe
    return dict(sorted(found.items()))


def get_recipe(recipe_id: str) -> Recipe:
    """The recipe of that id, or a UsageError naming the nearest one."""
    known = recipes()
    if recipe_id not in known:
        raise unknown("recipe", recipe_id, known, f"There are: {', '.join(known)}.")
    return known[recipe_id]
