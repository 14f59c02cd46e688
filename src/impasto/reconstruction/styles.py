"""Styles by name: which file knows each, shipped or a user's own.

A user's styles are files of `impasto train cin` with one style each, in a folder of their own (`impasto style add`).
"""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from impasto.core import UsageError, unknown
from impasto.weights import zoo

from .networks import named
from .networks.named import Named

_SUFFIX = ".safetensors"


def folder() -> Path:
    """Where a user's own styles lie: IMPASTO_STYLES, or below the user's data folder. It need not exist."""
    if chosen := os.environ.get("IMPASTO_STYLES"):
        return Path(chosen).expanduser()
    from platformdirs import user_data_path

    return user_data_path("impasto", appauthor=False) / "styles"


def own() -> dict[str, Path]:
    """A user's own styles by name, sorted."""
    return {file.stem: file for file in sorted(folder().glob(f"*{_SUFFIX}"))}


def known() -> tuple[str, ...]:
    """Every style there is: the shipped ones, then the user's own."""
    return tuple(dict.fromkeys((*zoo.PAINTINGS, *zoo.with_own_network(), *own())))


def alone(word: str, *, narrow: bool = False) -> tuple[Named, str]:
    """The network that knows one style, and the style: of a name, or of a file with a single style.

    narrow: a shipped style's network of a quarter of the paper's width; a file has the width it has.

    Raises UsageError with the nearest name, or saying that the style is among `cin`'s.
    """
    if word.endswith(_SUFFIX):
        network = named.load(Path(word))
        if len(network.names) > 1:
            raise UsageError(
                f"style_name: {word} holds {len(network.names)} styles; method 'cin' takes it as its network"
            )
        return network, next(iter(network.names))
    if file := zoo.own_network(word, narrow=narrow):
        return named.load(file), word
    there = zoo.with_own_network()
    if word in there:
        quick = ", ".join(zoo.with_narrow_network())
        raise UsageError(f"channels: there is no network of a quarter's width for '{word}'; there is for {quick}")
    if word in known():
        raise UsageError(
            f"style '{word}' has no network of its own ({', '.join(there) or 'none'} do); method 'cin' knows it"
        )
    raise unknown("style", word, there, f"There are: {', '.join(there)}. Method 'cin' knows more.")


def together(names: Sequence[str], file: str | None = None) -> tuple[Named, NDArray[np.float32]]:
    """A network that knows all the styles, and their rows (S, row_length) in order.

    file: the one to look in; None looks among the shipped and the user's own. Raises UsageError with the nearest name,
    or where styles of different networks would have to be blended.
    """
    if not names:
        raise UsageError("style_name: name at least one style with a weight above 0; 'impasto zoo' lists them")
    if file is not None:
        network = named.load(Path(file))
        return network, np.concatenate([network.row(name) for name in names])
    found = [_network_of(name) for name in names]
    for name, network in zip(names, found, strict=True):
        if not network.same_trunk(found[0]):
            raise UsageError(
                f"style_name: '{names[0]}' and '{name}' belong to different networks and cannot be blended; add your own "
                "again with 'impasto style add'"
            )
    return found[0], np.concatenate([network.row(name) for name, network in zip(names, found, strict=True)])


def _network_of(name: str) -> Named:
    mine = own()
    if name in mine:
        return named.load(mine[name])
    if name in zoo.PAINTINGS:
        return named.load(zoo.MANY)
    raise unknown("style", name, known(), f"'impasto zoo' shows all {len(known())}.")
