"""Gradio in a third of the time."""

import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

_COMMANDS = "gradio.cli"
_LATER = ("pandas",)
_UNUSED = (
    "huggingface_hub",
    *(f"huggingface_hub.{name}" for name in ("constants", "errors", "utils", "utils._telemetry")),
)


def import_gradio() -> ModuleType:
    """Gradio, without most of what it would bring along; with all of it, where that does not work."""
    try:
        with without_luggage(), without_stubs():
            return import_module("gradio")
    except Exception:  # of another version, perhaps; better slow than not at all
        for name in [name for name in sys.modules if name.partition(".")[0].startswith("gradio")]:
            del sys.modules[name]
        return import_module("gradio")


@contextmanager
def without_stubs() -> Iterator[None]:
    """Import Gradio, or components made from its, without the type stubs it writes whenever a component is declared.

    They are of use to editors alone, cost more than half of the import, and would land in our own folder for components
    of ours. Gradio leaves them out for classes that no file can be found for; so none is found, as long as this lasts.
    """
    found = inspect.getfile

    def getfile(thing: Any) -> str:
        if type(thing).__name__ == "ComponentMeta":
            raise OSError("no stubs")
        return found(thing)

    inspect.getfile = getfile
    try:
        yield
    finally:
        inspect.getfile = found


@contextmanager
def without_luggage() -> Iterator[None]:
    """Import Gradio without libraries that no page of ours uses, which take as long as Gradio itself.

    In their places stand modules that are empty (Hugging Face's hub, Gradio's own command line) or that load the library
    when something of it is used (pandas); and the help texts of hundreds of events are left as the templates they are.
    """
    import jinja2

    made = [*(_Later(name) for name in _LATER), *(_Empty(name) for name in (*_UNUSED, _COMMANDS))]
    standins: dict[str, ModuleType] = {each.__name__: each for each in made if each.__name__ not in sys.modules}
    for name, module in standins.items():
        sys.modules[name] = module
        above, _, last = name.rpartition(".")
        if above in standins:
            setattr(standins[above], last, module)
    template = jinja2.Template
    jinja2.Template = _Text  # type: ignore[misc,assignment]
    try:
        yield
    finally:
        jinja2.Template = template  # type: ignore[misc]
        for name in standins:  # whoever asks from now on gets the library itself
            sys.modules.pop(name, None)


class _Named(type):
    """A class whose unknown attributes are their own names: what stands in for an enumeration."""

    def __getattr__(cls, name: str) -> str:
        if name.startswith("_"):
            raise AttributeError(name)
        return name


class _Empty(ModuleType):
    """A module in which every name is a class with nothing in it, or a word, made to be imported and never used."""

    def __getattr__(self, name: str) -> Any:
        if name == "__path__":
            return []
        if name.startswith("__"):
            raise AttributeError(name)
        made = name if name.isupper() else _Named(name, (Exception,), {"__module__": self.__name__})
        setattr(self, name, made)
        return made


class _Later(ModuleType):
    """A module that hands out the names of the real one, which is loaded for the first of them."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)


class _Text:
    """A template that is never filled in."""

    def __init__(self, text: str) -> None:
        self.text = text

    def render(self, **_: Any) -> str:
        """The text as it is."""
        return self.text


@contextmanager
def without_applications() -> Iterator[None]:
    """Build blocks without the applications Gradio makes for them, twice, of which the one made at mounting takes the place."""
    from gradio import blocks

    found = blocks.App  # pyright: ignore[reportPrivateImportUsage]
    blocks.App = _NoApplication  # type: ignore[assignment,misc]
    try:
        yield
    finally:
        blocks.App = found  # type: ignore[misc]


class _NoApplication:
    @staticmethod
    def create_app(*_: Any, **__: Any) -> None:
        """What `Blocks` asks for."""
