"""The Python API: the same calls as the command line's. Its parts are imported when they are first used.

>>> import impasto
>>> impasto.stylize("photo.jpg", "painting.jpg", size=768).save("out.png")  # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from impasto.registry import methods

    from .calls import stylize
    from .films import FilmJob, prepare_video, stylize_video
    from .job import Job, prepare
    from .measure import evaluate
    from .stylized import Stylized

__all__ = [
    "FilmJob", "Job", "Stylized", "evaluate", "methods", "prepare", "prepare_video", "stylize", "stylize_video",
]  # fmt: skip

_HOMES = {
    "FilmJob": "impasto.api.films",
    "Job": "impasto.api.job",
    "Stylized": "impasto.api.stylized",
    "evaluate": "impasto.api.measure",
    "methods": "impasto.registry",
    "prepare": "impasto.api.job",
    "prepare_video": "impasto.api.films",
    "stylize": "impasto.api.calls",
    "stylize_video": "impasto.api.films",
}


def __getattr__(name: str) -> Any:
    """Import a public name from where it lives (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'impasto.api' has no attribute '{name}'")
    value = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
