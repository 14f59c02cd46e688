"""What every network that sees has in common, and the way to one by name."""

from collections.abc import Iterable
from typing import Literal, Protocol

import torch
from torch import Tensor

from .slim import Slim
from .vgg import VGG19, Pooling, Precision

EncoderName = Literal["vgg19", "slim"]


class Encoder(Protocol):
    """Named layers of features. Whoever needs one takes any of them."""

    dtype: torch.dtype
    device: torch.device

    def __call__(self, picture: Tensor, layers: Iterable[str], *, margin_px: int = 0) -> dict[str, Tensor]:
        """(N, 3, H, W) RGB in [0, 1] -> {layer: (N, C, h, w)}, after mirroring `margin_px` pixels around the picture."""
        ...


def load(name: EncoderName, up_to: str, *, pooling: Pooling = "max", precision: Precision = "float32",
         device: str | torch.device = "cpu") -> Encoder:  # fmt: skip
    """The network of that name as far as layer `up_to`."""
    kind = {"vgg19": VGG19, "slim": Slim}[name]
    return kind.load(up_to, pooling=pooling, precision=precision, device=device)
