"""Gradio in half the time."""

import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

_COMMANDS = "gradio.cli"


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
    commands = ModuleType(_COMMANDS)  # Gradio's command line, which it imports for one function that nobody calls here
    commands.deploy = None  # type: ignore[attr-defined]
    stands_in = sys.modules.setdefault(_COMMANDS, commands) is commands
    try:
        yield
    finally:
        inspect.getfile = found
        if stands_in:
            del sys.modules[_COMMANDS]


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
