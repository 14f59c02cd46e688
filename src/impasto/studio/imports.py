"""Gradio in half the time."""

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


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
