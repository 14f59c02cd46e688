"""What methods of one pass have in common: pictures prepared, looked at, shown, finished."""

import torch
from torch import Tensor

from impasto.content.colour import recoloured, with_kept_colour
from impasto.core import Array, Cancelled, Context, Estimate, Inputs, Result, RunOptions
from impasto.image import resize, style_size
from impasto.image.tensors import to_array, to_tensor

from .networks.running import Rebuilder, mirrored_to
from .options import OnePassOptions
from .views import TILE_PX, WHOLE_PIXELS, View

_FIXED_BYTES = 450e6  # interpreter, torch and weights, as measured
# Peak bytes per pixel of an encoder's or decoder's widest layers in float32, with what padding copies.
_BYTES_PER_HELD, _HALO_PX = (
    22,
    256,
)  # pictures as such, in float32, not all at once; what surrounds a tile on both sides
_BYTES_PER_PIXEL = {"slim": 420.0, "vgg19": 1300.0}


class Sitting:
    """The photo and the paintings of one run, in the colours and sizes that the networks are to see.

    photo: (1, 3, H, W), continued as in a mirror so that `layer` comes back at its very size. paintings: (1, 3, h, w).
    """

    def __init__(self, inputs: Inputs, options: OnePassOptions, context: Context, layer: str, *,
                 exact: bool = False, most_pixels: int | None = None) -> None:  # fmt: skip
        """layer: the deepest that will be looked at. exact: see `in_float32_by_torch`. most_pixels: of a painting."""
        self.most_pixels = most_pixels
        if context.stopping:
            raise Cancelled("stopped before there was a picture")
        self.inputs, self.options, self.context = inputs, options, context
        self.networks = Rebuilder(options.encoder, in_float32_by_torch(context.run) if exact else context.run, context)
        content, styles = recoloured(inputs, options.preserve_colour)
        self.size = inputs.content.shape[:2]
        self.photo = self.tensor(mirrored_to(content, layer))
        self.paintings = [self.tensor(mirrored_to(self.scaled(style), layer)) for style in styles]

    def views(self, *layers: str, whole: bool = False) -> tuple[View, list[View]]:
        """The photo and the paintings as seen at some layers. whole: see View."""
        first, *others = (View(self.networks, p, layers, whole=whole) for p in (self.photo, *self.paintings))
        return first, others

    def let_go(self) -> None:
        """Forget the photo and the paintings, once all is known of them: large pictures leave no room to spare."""
        self.photo, self.paintings = self.photo[..., :0, :0].clone(), []

    def scaled(self, style: Array) -> Array:
        """A painting at the size that it has relative to the result, or, where that is too much, at the most there is room for."""
        height, width = style_size(style.shape[:2], self.size, self.options.style_scale)
        if self.most_pixels is not None and height * width > self.most_pixels:
            share = (self.most_pixels / (height * width)) ** 0.5
            height, width = max(1, int(share * height)), max(1, int(share * width))
            self.context.warn(f"a painting was looked at at {width} x {height}; its strokes come out smaller")
        return resize(style, (height, width))

    def tensor(self, picture: Array) -> Tensor:
        """A picture where the networks are."""
        return to_tensor(picture, self.networks.device)

    def cut(self, picture: Tensor) -> Array:
        """A picture (1, 3, H, W) without what was mirrored on, in [0, 1], as an array."""
        height, width = self.size
        return to_array(picture[..., :height, :width])

    def result(self, picture: Tensor, **facts: object) -> Result:
        """The finished picture and what there is to say of it."""
        finished = with_kept_colour(self.cut(picture), self.inputs.content, self.options.preserve_colour)
        report = {
            "device": self.networks.device.type,
            "encoder": self.options.encoder,
            **self.networks.facts(),
            **facts,
        }
        return Result(finished, report)


def with_mirrored_masks(inputs: Inputs, layer: str) -> Inputs:
    """The same call with its masks continued as the photo is, so that they lie over it."""
    from dataclasses import replace

    masks = tuple(mirrored_to(mask[..., None], layer)[..., 0] for mask in inputs.masks)
    return replace(inputs, masks=masks) if masks else inputs


def in_float32_by_torch(run: RunOptions) -> RunOptions:
    """The run's settings with float32 and torch wherever it is left open: for methods of many networks.

    Every network that another engine has ready keeps its working memory: nine of them took 6 GB at 2000 px, torch 2 GB.
    """
    left_open = {"precision": "float32", "engine": "torch"}
    return run.model_copy(update={name: value for name, value in left_open.items() if getattr(run, name) == "auto"})


def estimate(height: int, width: int, styles: int, options: OnePassOptions, run: RunOptions) -> Estimate:  # noqa: ARG001
    """Peak memory of a run on a photo of that size; paintings are looked at one by one."""
    return Estimate(memory_bytes(height * width, options))


def memory_bytes(pixels: float, options: OnePassOptions, share: float = 1.0, *, in_tiles: bool = True) -> int:
    """Peak memory for so many pixels of the result. share: against a method that looks and shows once. in_tiles: whether
    more than a certain number of pixels are looked at piece by piece.
    """
    largest = max(1.0, options.style_scale**2) * pixels
    looked_at = largest
    if in_tiles and largest > WHOLE_PIXELS[options.encoder]:
        looked_at = max(WHOLE_PIXELS[options.encoder], (TILE_PX[options.encoder] + _HALO_PX) ** 2)
    held = _BYTES_PER_HELD * (pixels + largest)
    return int(_FIXED_BYTES + held + share * looked_at * _BYTES_PER_PIXEL[options.encoder])


def seeded(seed: int) -> torch.Generator:
    """A generator of random numbers for a run's seed."""
    return torch.Generator().manual_seed(seed)
