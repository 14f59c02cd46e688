"""Which units of the network look at a region of the picture: masks on their way to deeper layers.

A unit sees its neighbourhood through every convolution and pooling above it, the middle of it best: averaging the mask
in the same steps gives the share of a unit's view that lies inside (the bell shape of Luo et al. 2016, section 3).
"""

from collections.abc import Iterable
from typing import Literal

import torch.nn.functional as F
from torch import Tensor

from .vgg import LAYERS, check_layers, deepest, mirrored

Propagation = Literal["simple", "inside", "all"]

_MOSTLY = 0.9  # of its view, that a unit needs to count as inside; less of it outside goes unnoticed
_BARELY = 0.1  # of its view, that a unit needs to count among all that see the region


def propagate(
    mask: Tensor, layers: Iterable[str], mode: Propagation = "inside", *, margin_px: int = 0
) -> dict[str, Tensor]:
    """Carry a mask (1, 1, H, W) in [0, 1] to layers of VGG-19: {layer: (1, 1, h, w)}, at the layers' own sizes.

    simple: the mask made smaller. inside: only units that see next to nothing but the region. all: every unit that sees
    some of it, all alike (Gatys et al. 2017, section 4.1). Shares are of the mask's own strongest value. margin_px: as
    the network's own, for features that have one.
    """
    wanted = set(check_layers(layers))
    found: dict[str, Tensor] = {}
    seen = simple = mirrored(mask, margin_px)
    for layer in LAYERS[: LAYERS.index(deepest(wanted)) + 1]:
        if layer.startswith("pool"):
            seen, simple = F.avg_pool2d(seen, 2), F.avg_pool2d(simple, 2)
        elif layer.startswith("conv") and mode != "simple":
            seen = F.avg_pool2d(seen, 3, stride=1, padding=1, count_include_pad=False)
        if layer in wanted:
            found[layer] = simple if mode == "simple" else _kept(seen, simple, mode)
    return found


def _kept(seen: Tensor, simple: Tensor, mode: Propagation) -> Tensor:
    if mode == "inside":
        return simple * (seen >= _MOSTLY * simple.amax())
    return (seen > _BARELY * simple.amax()).to(seen.dtype)
