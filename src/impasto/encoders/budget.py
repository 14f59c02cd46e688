"""A network that looks within the memory a run may take: whole pictures where they fit, tiles where they do not."""

from collections.abc import Iterable

import torch

from impasto.core import RunOptions

from . import encoder
from .cost import WIDTHS, Look, plan_look
from .hardware import memory_budget
from .tiled import Tiled
from .vgg import Pooling, Precision, deepest


def plan(size: tuple[int, int], layers: Iterable[str], run: RunOptions, device: torch.device, precision: Precision, *,
         name: encoder.EncoderName = "vgg19", beside: float = 0.0, pictures: int = 2) -> Look:  # fmt: skip
    """How a run is going to look at pictures (height, width); see cost.plan_look.

    beside: bytes that the run needs for other things. pictures: of how many the features are held at once.
    """
    budget = memory_budget(run, device) - beside
    return plan_look(size, tuple(dict.fromkeys(layers)), budget, precision, WIDTHS[name], pictures)


def load(size: tuple[int, int], layers: Iterable[str], run: RunOptions, device: torch.device, precision: Precision, *,
         name: encoder.EncoderName = "vgg19", pooling: Pooling = "max", beside: float = 0.0,
         pictures: int = 2) -> encoder.Encoder:  # fmt: skip
    """The network of that name as far as the layers need it, looking as planned."""
    layers = tuple(layers)
    network = encoder.load(name, deepest(layers), pooling=pooling, precision=precision, device=device)
    look = plan(size, layers, run, device, precision, name=name, beside=beside, pictures=pictures)
    return network if look.tile_px is None else Tiled(network, look.tile_px)
