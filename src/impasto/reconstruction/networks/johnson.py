"""The transformer of one style: Johnson et al. 2016, with the instance norm of Ulyanov et al. 2017.

Its text is cin.py's: here every norm has one gain and one shift of its own, and so the network has one style. All of
its convolutions mirror the picture at the edge, and all enlarging is nearest x2 and a convolution, which leaves no grid.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from impasto.engines.ops import Arrays, Network, Ops, Values, Weights
from impasto.weights import layouts

from . import cin

NAME = "johnson"
WIDTHS: Mapping[str, int] = {"full": 32, "half": 16, "quarter": 8}
"""Channels at the picture's full size; 32 in the paper, 16 in the authors' later code."""


def first_weights(width: int, random: np.random.Generator) -> dict[str, NDArray[np.float32]]:
    """Where training starts: filters at random (He et al. 2015), gains one, shifts zero."""
    found: dict[str, NDArray[np.float32]] = {}
    for name, shape in layouts.johnson(width).items():
        if name.endswith(".weight"):
            spread = (2 / np.prod(shape[1:])) ** 0.5
            found[name] = (spread * random.standard_normal(shape)).astype(np.float32)
        else:
            found[name] = np.full(shape, float(name.endswith(".gain")), np.float32)
    return found


def painter(
    weights: Arrays,
    *,
    kind: cin.Kind = "measuring",
    name: str = NAME,
    fingerprint: str = "",
    facts: Mapping[str, str] | None = None,
) -> Network:
    """The network of a kind (see cin.py), from "picture" to "picture"."""
    width = cin.width_of(weights)

    def forward(o: Ops, w: Weights, inputs: Values) -> Values:
        given = inputs.get("statistics")
        return cin.paint(o, w, inputs["picture"], None, width, given, measured=kind == "measuring")

    inputs: dict[str, tuple[int | None, ...]] = {"picture": (None, 3, None, None)}
    return Network(
        f"{name}-{kind}", forward, {key: weights[key] for key in layouts.johnson(width)}, inputs | cin.also(kind, width),
        cin.gives(kind), cin.MULTIPLE, fingerprint=fingerprint, facts=facts or {},
    )  # fmt: skip


def networks(weights: Arrays) -> dict[str, Network]:
    """Its parts, for export: what paints, what measures for tiles, and what paints tiles."""
    kinds: dict[str, cin.Kind] = {"painter": "whole", "measuring": "measuring", "tiles": "frozen"}
    return {name: painter(weights, kind=kind) for name, kind in kinds.items()}
