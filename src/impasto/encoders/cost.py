"""What a pass through VGG-19, or its slim copy, costs on this machine: known before a run starts."""

import math
from dataclasses import dataclass
from functools import cache
from time import perf_counter

import torch
import torch.nn.functional as F

from .slim import WIDTHS as SLIM_WIDTHS
from .tiled import halo_of, stride_of
from .vgg import CHANNELS, DTYPES, LAYERS, Precision, deepest

WIDTHS: dict[str, tuple[int, ...]] = {"vgg19": CHANNELS, "slim": SLIM_WIDTHS}
"""Channels of each block, by the encoder's name."""

_FIXED_BYTES = 380e6  # interpreter, torch and weights, as measured
# Peak bytes per pixel of a pass with gradients up to relu5_1, measured at 256 to 1024 px: features kept for the way
# back, pooling indices, one layer's gradients.
_BYTES_PER_PIXEL: dict[Precision, float] = {"bfloat16": 2000.0, "float32": 3400.0}
_HELD = 2.5  # times the features kept of a picture in tiles: as seen, their gradients, and what losses make of them
# The whole way (losses, rectifiers, pooling, the optimiser) against its convolutions alone, measured.
_OVERHEAD = 1.35


def memory_bytes(pixels: float, precision: Precision, widths: tuple[int, ...] = CHANNELS) -> float:
    """Peak memory of one pass with gradients, in bytes, without what an optimiser keeps."""
    # Most of it are the features of the first block, the largest in space.
    return _FIXED_BYTES + pixels * _BYTES_PER_PIXEL[precision] * widths[0] / CHANNELS[0]


_TILES_PX = (2048, 1536, 1024, 768, 512, 384, 256)
_LOOK_AGAIN = 4 / 3  # a tile is looked at once for its features, and once more with the way back


@dataclass(frozen=True, slots=True)
class Look:
    """How to look at pictures of a size: whole (`tile_px` None) or in tiles; peak bytes, and the work against a whole look's."""

    tile_px: int | None
    memory_bytes: float
    work: float


def plan_look(size: tuple[int, int], layers: tuple[str, ...], budget: float, precision: Precision,
              widths: tuple[int, ...] = CHANNELS, pictures: int = 2) -> Look:  # fmt: skip
    """The fastest way to look at a picture (height, width) in so many bytes; the most frugal where none fits.

    pictures: of how many the features at `layers` are held at once while targets are measured.
    """
    pixels = size[0] * size[1]
    whole = Look(None, memory_bytes(pixels, precision, widths), 1.0)
    if whole.memory_bytes <= budget:
        return whole
    kept = sum(widths[int(layer[4]) - 1] / stride_of(layer) ** 2 for layer in layers) * DTYPES[precision].itemsize
    halo = halo_of(layers)
    look = whole
    for tile_px in _TILES_PX:
        if tile_px >= max(size):
            continue
        cut = (min(tile_px + 2 * halo, size[0]), min(tile_px + 2 * halo, size[1]))
        counts = [math.ceil(side / tile_px) for side in size]
        # What is seen and its gradients, and a copy of the widest on the way.
        held = max(pictures, _HELD) * kept * pixels
        tiled = memory_bytes(cut[0] * cut[1], precision, widths) + held
        if tiled >= look.memory_bytes:
            continue
        look = Look(tile_px, tiled, _LOOK_AGAIN * counts[0] * cut[0] * counts[1] * cut[1] / pixels)
        if tiled <= budget:
            break
    return look


def multiplications_per_pixel(layers: tuple[str, ...], widths: tuple[int, ...] = CHANNELS) -> float:
    """Multiply-adds of one forward pass up to the deepest of `layers`, per pixel of the picture.

    >>> round(multiplications_per_pixel(("relu1_1",)))
    1728
    >>> round(multiplications_per_pixel(("relu5_1",)) / 1000)
    361
    """
    last, total, before = deepest(layers), 0.0, 3
    for layer in LAYERS:
        if layer.startswith("conv"):
            block = int(layer[4])
            channels = widths[block - 1]
            total += 9 * before * channels / 4 ** (block - 1)
            before = channels
        if layer == last:
            break
    return total


@cache
def seconds_per_multiplication(device: str, precision: Precision) -> float:
    """Seconds a multiply-add takes in a convolution of VGG-19's kind, measured here and now in about a tenth of a second."""
    dtype = DTYPES[precision]
    x = torch.zeros((1, 128, 96, 96), dtype=dtype, device=device).contiguous(memory_format=torch.channels_last)
    weight = torch.zeros((128, 128, 3, 3), dtype=dtype, device=device).contiguous(memory_format=torch.channels_last)
    times: list[float] = []
    for _ in range(4):
        start = perf_counter()
        out = F.conv2d(x, weight, padding=1)
        out[0, 0, 0, 0].item()  # waits for a GPU
        times.append(perf_counter() - start)
    return min(times) / (128 * 128 * 9 * 96 * 96)


def seconds(pixels: float, layers: tuple[str, ...], device: str, precision: Precision,
            widths: tuple[int, ...] = CHANNELS) -> float:  # fmt: skip
    """Wall time of one forward and backward pass over a picture of that many pixels."""
    work = pixels * multiplications_per_pixel(layers, widths)
    return 2 * _OVERHEAD * work * seconds_per_multiplication(device, precision)
