"""Going on with a descent that was cut off: what its state is, and where in the run it belongs.

A run is a sequence of descents (scales, channels), the same whenever it is begun with the same inputs. So a run that goes
on begins like any other; descents that had ended give their results at once, and the one that was cut off goes on from its
last state. Random numbers that are drawn on the way are part of it: see `watch`.
"""

import json
from typing import Any, TypeAlias, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from impasto.core import Context, Keeper

State: TypeAlias = dict[str, Any]
"""Tensors, lists of tensors and JSON values by name."""
G = TypeVar("G", bound=torch.Generator)
_MARK = "json"


class Book:
    """The descents of one run: those that ended, and how far the present one is."""

    def __init__(self, keeper: Keeper) -> None:
        """keeper: where it is laid down; what it has stored is gone on with."""
        self.keeper = keeper
        self.generators: list[torch.Generator] = []
        found = unpacked(keeper.stored)
        self.ended: list[State] = []
        self.earlier: list[State] = found.get("ended", [])
        self.cut: State | None = found.get("now")

    def give(self) -> State | None:
        """The result of the next descent where it had ended before the run was cut off."""
        number = len(self.ended)
        if number >= len(self.earlier):
            return None
        state = self.earlier[number]
        self._rewind(state)
        self.ended.append(state)
        return state

    def take_up(self) -> State | None:
        """The state of the next descent where it was the one cut off. It is given once."""
        state, self.cut = self.cut, None
        if state is None or len(self.ended) != len(self.earlier):
            return None
        self._rewind(state)
        return state

    def end(self, state: State) -> None:
        """A descent has ended with this result."""
        self.ended.append(state | self._drawn())
        self.cut = None

    def keep(self, state: State) -> None:
        """Lay everything down."""
        self.keeper.keep(packed({"ended": self.ended, "now": state | self._drawn()}))

    def _drawn(self) -> State:
        return {"generators": [generator.get_state() for generator in self.generators]}

    def _rewind(self, state: State) -> None:
        for generator, drawn in zip(self.generators, state["generators"], strict=True):
            generator.set_state(drawn)


def book_of(context: Context) -> Book | None:
    """The book of a run; None for runs that keep nothing."""
    if context.keeper is None:
        return None
    if context.keeper.book is None:
        context.keeper.book = Book(context.keeper)
    return context.keeper.book


def watch(context: Context, generator: G) -> G:
    """Count a generator of random numbers into the run's state, if it is drawn from while the run goes on."""
    book = book_of(context)
    if book is not None:
        book.generators.append(generator)
    return generator


def placed(state: Any, device: torch.device) -> Any:
    """The same with its tensors on the device where the picture is."""
    if isinstance(state, Tensor):
        return state.to(device)
    if isinstance(state, dict):
        return {name: placed(value, device) for name, value in state.items()}
    return [placed(value, device) for value in state] if isinstance(state, list) else state


def packed(state: Any, name: str = "") -> dict[str, NDArray[Any]]:
    """A state as flat arrays by path; what is no tensor goes along as JSON.

    >>> sorted(packed({"a": [torch.zeros(2)], "b": 3}))
    ['a/0', 'json']
    """
    arrays: dict[str, NDArray[Any]] = {}

    def plain(value: Any, path: str) -> Any:
        if isinstance(value, Tensor):
            arrays[path] = value.detach().cpu().numpy()
            return {_MARK: path}
        if isinstance(value, dict):
            return {"dict": {key: plain(inner, f"{path}/{key}" if path else key) for key, inner in value.items()}}
        if isinstance(value, list | tuple):
            return [plain(inner, f"{path}/{number}") for number, inner in enumerate(value)]
        return value

    text = json.dumps(plain(state, name))
    return {**arrays, _MARK: np.frombuffer(text.encode(), np.uint8)}


def unpacked(arrays: Any) -> Any:
    """A state from its arrays; an empty one where there are none."""
    if _MARK not in arrays:
        return {}

    def whole(value: Any) -> Any:
        if isinstance(value, list):
            return [whole(inner) for inner in value]
        if isinstance(value, dict):
            if _MARK in value:
                return torch.from_numpy(np.array(arrays[value[_MARK]]))
            return {key: whole(inner) for key, inner in value["dict"].items()}
        return value

    return whole(json.loads(bytes(arrays[_MARK])))
