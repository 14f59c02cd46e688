"""VGG-19: the network whose features the field calls content and style (Simonyan & Zisserman 2015).

One forward pass serves every layer asked for, and stops at the deepest. The front end (channel order, range, mean)
belongs to the weight file: Caffe weights want BGR 0-255 minus a mean, torchvision weights RGB with mean and deviation.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.core import UsageError, unknown
from impasto.engines.hardware import Precision
from impasto.weights import front_end as front_end_of
from impasto.weights import load as load_weights

Pooling = Literal["max", "average"]
DTYPES: dict[Precision, torch.dtype] = {"float32": torch.float32, "bfloat16": torch.bfloat16}

_CONVS_PER_BLOCK = (2, 2, 4, 4, 4)
CHANNELS = (64, 128, 256, 512, 512)

CONVS: tuple[str, ...] = tuple(f"{b}_{i}" for b, n in enumerate(_CONVS_PER_BLOCK, 1) for i in range(1, n + 1))
RELU_LAYERS: tuple[str, ...] = tuple(f"relu{name}" for name in CONVS)
"""Every layer after its rectifier, shallow to deep: relu1_1 ... relu5_4."""
LAYERS: tuple[str, ...] = tuple(
    layer for b, n in enumerate(_CONVS_PER_BLOCK, 1)
    for layer in (*(f"{kind}{b}_{i}" for i in range(1, n + 1) for kind in ("conv", "relu")), f"pool{b}")
)  # fmt: skip
"""Every name `VGG19` answers to, in order of computation."""


@dataclass(frozen=True, slots=True)
class FrontEnd:
    """What a weight file expects of a picture in RGB [0, 1]: (picture * scale - mean) / deviation, maybe as BGR."""

    scale: float
    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]
    bgr: bool

    def __call__(self, picture: Tensor) -> Tensor:
        """(N, 3, H, W) RGB in [0, 1] -> what conv1_1 eats."""
        shape = (1, 3, 1, 1)
        mean = picture.new_tensor(self.mean).view(shape)
        deviation = picture.new_tensor(self.deviation).view(shape)
        return ((picture.flip(1) if self.bgr else picture) * self.scale - mean) / deviation


FRONT_ENDS: dict[str, FrontEnd] = {
    # Means of the authors' Caffe release (ILSVRC-2014), blue first.
    "caffe": FrontEnd(255.0, (103.939, 116.779, 123.68), (1.0, 1.0, 1.0), bgr=True),
    # torchvision's ImageNet constants.
    "torch": FrontEnd(1.0, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), bgr=False),
}


def check_layers(names: Iterable[str]) -> tuple[str, ...]:
    """The names, if VGG-19 has each; else a UsageError with the nearest that it has."""
    names = tuple(names)
    for name in names:
        if name not in LAYERS:
            raise unknown(
                "layer", name, LAYERS, "VGG-19 has relu1_1 ... relu5_4, conv1_1 ... conv5_4 and pool1 ... pool5."
            )
    return names


def deepest(names: Iterable[str]) -> str:
    """The layer computed last."""
    return max(check_layers(names), key=LAYERS.index)


def mirrored(picture: Tensor, margin_px: int) -> Tensor:
    """A picture or mask with so many pixels mirrored around it: (N, C, H, W) -> (N, C, H + 2 m, W + 2 m).

    A picture of fewer pixels is mirrored as far as it goes.
    """
    margin_px = min(margin_px, min(picture.shape[-2:]) - 1)
    return F.pad(picture, (margin_px,) * 4, mode="reflect") if margin_px else picture


class VGG19:
    """The convolutional part of VGG-19 with fixed weights: no gradient ever flows into them.

    In bfloat16 the weights and features are bfloat16 in channels-last order: on CPUs that have it, forward and
    backward together run about three times as fast as float32. Whoever sums over features must do it in float32.
    """

    def __init__(self, weights: Mapping[str, Tensor], *, front_end: FrontEnd = FRONT_ENDS["caffe"], pooling: Pooling = "max",
                 precision: Precision = "float32", device: str | torch.device = "cpu") -> None:  # fmt: skip
        """weights: "conv1_1.weight" (out, in, 3, 3), "conv1_1.bias" (out,) and so on; deeper ones may be missing."""
        self.front_end, self.pooling = front_end, pooling
        self.dtype = DTYPES[precision]
        self.device = torch.device(device)
        self._convs = {
            name: (
                weights[f"conv{name}.weight"].to(self.device, self.dtype).contiguous(memory_format=torch.channels_last),
                weights[f"conv{name}.bias"].to(self.device, self.dtype),
            )
            for name in CONVS
            if f"conv{name}.weight" in weights
        }

    @staticmethod
    def load(up_to: str = "relu5_4", *, pooling: Pooling = "max", precision: Precision = "float32",
             device: str | torch.device = "cpu", path: Path | None = None) -> "VGG19":  # fmt: skip
        """The network with its published weights, read as far as layer `up_to`. Loaded once per process and setting."""
        check_layers((up_to,))
        computed = [layer for layer in LAYERS[: LAYERS.index(up_to) + 1] if layer.startswith("conv")]
        return _load(computed[-1], pooling, precision, str(device), path)

    def __call__(self, picture: Tensor, layers: Iterable[str], *, margin_px: int = 0) -> dict[str, Tensor]:
        """Features of a picture: (N, 3, H, W) RGB in [0, 1] -> {layer: (N, C, h, w)} in the network's dtype.

        margin_px: mirror so many pixels around the picture first, and keep them in the features. Without it the
        convolutions see black beyond the edge, and a picture optimised through them grows a dark frame to match.
        Raises UsageError when the picture is too small to reach the deepest layer.
        """
        wanted = set(check_layers(layers))
        last = deepest(wanted)
        found: dict[str, Tensor] = {}
        x = self.front_end(mirrored(picture, margin_px)).to(self.dtype).contiguous(memory_format=torch.channels_last)
        for name, following in pairwise((*CONVS, "")):
            weight, bias = self._convs[name]
            x = F.conv2d(x, weight, bias, padding=1)
            if f"conv{name}" in wanted:
                found[f"conv{name}"] = x
                x = x.clone() if f"conv{name}" != last else x
            if f"conv{name}" == last:
                break
            x = F.relu(x, inplace=True)
            if f"relu{name}" in wanted:
                found[f"relu{name}"] = x
            if f"relu{name}" == last:
                break
            if following[:1] != name[0]:  # the end of a block
                x = self._pool(x, name[0])
                if f"pool{name[0]}" in wanted:
                    found[f"pool{name[0]}"] = x
                if f"pool{name[0]}" == last:
                    break
        return found

    def _pool(self, x: Tensor, block: str) -> Tensor:
        if min(x.shape[-2:]) < 2:
            raise UsageError(
                f"the picture is too small: after block {block} of VGG-19 only {x.shape[-1]} x {x.shape[-2]} is left"
            )
        return F.max_pool2d(x, 2) if self.pooling == "max" else F.avg_pool2d(x, 2)


@lru_cache(maxsize=4)
def _load(up_to: str, pooling: Pooling, precision: Precision, device: str, path: Path | None) -> VGG19:
    stored = load_weights("vgg19", path=path, up_to=up_to, dtype=DTYPES[precision])
    front_end = FRONT_ENDS[front_end_of("vgg19", path)]
    return VGG19(stored, front_end=front_end, pooling=pooling, precision=precision, device=device)


@torch.no_grad()
def normalise(
    weights: Mapping[str, Tensor], pictures: Iterable[Tensor], *, front_end: FrontEnd = FRONT_ENDS["caffe"]
) -> dict[str, Tensor]:
    """Rescale every filter so that its mean activation over the pictures and positions is one ("vgg_normalised").

    Each filter's weight and bias are divided by its mean m after the rectifier and the next layer's matching input
    channels multiplied by m. Rectifier and pooling are positively homogeneous, so layer l changes by the factor 1/m
    only (Gatys et al. 2015, section 2.1). pictures: (1, 3, H, W) RGB in [0, 1], about fifty of them.
    """
    batch = list(pictures)
    names = [name for name in CONVS if f"conv{name}.weight" in weights]
    network = VGG19(weights, front_end=front_end)
    layers = [f"relu{name}" for name in names]
    totals: dict[str, Tensor] = {}
    for picture in batch:
        for layer, features in network(picture, layers).items():
            totals[layer] = totals.get(layer, torch.zeros(())) + features.mean((0, 2, 3))
    scaled: dict[str, Tensor] = {}
    before: Tensor | None = None
    for name in names:
        mean = (totals[f"relu{name}"] / len(batch)).clamp_min(1e-6)  # a dead filter stays dead
        weight = weights[f"conv{name}.weight"]
        weight = weight if before is None else weight * before.view(1, -1, 1, 1)
        scaled[f"conv{name}.weight"] = weight / mean.view(-1, 1, 1, 1)
        scaled[f"conv{name}.bias"] = weights[f"conv{name}.bias"] / mean
        before = mean
    return scaled
