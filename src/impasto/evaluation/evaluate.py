"""Measure any picture against its photo and its painting, whoever made it.

All pictures are judged as files would hold them: 8 bits, the result brought to a long side of 512 at most (Lanczos,
never enlarged), the photo to the result's size, the painting to the result's long side. So a picture scores the same
in memory, saved, and made by another program.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from impasto.core import Array, UsageError

from . import metrics
from .metrics import CONTENT_LAYER, REMD_LAYERS, STYLE_LAYERS

if TYPE_CHECKING:
    from torch import Tensor

Encoder = Callable[..., "dict[str, Tensor]"]
"""encoder(picture (1, 3, H, W) RGB in [0, 1], layers=...) -> features by layer."""

Size = tuple[int, int]

LONG_SIDE_PX = 512
SMALLEST_PX = 16
"""relu5_1 comes after four halvings: a side of 16 leaves one position."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was measured of one result; None where a metric has no meaning. Nothing is rounded.

    style_ratio and its layers: see `metrics.style_ratio`, None where photo and painting agree already.
    remd, histogram_distance: to the style; the fields that end in _content hold the photo's own, for scale.
    laplacian_error: None for a photo without edges. size: (width, height) in pixels at which all was measured.
    notes: what a reader of the numbers should know.
    """

    style_ratio: float | None
    style_ratio_layers: Mapping[str, float | None]
    content_cosine: float
    ssim: float
    remd: float
    remd_content: float
    laplacian_error: float | None
    histogram_distance: float
    histogram_distance_content: float
    size: Size
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The evaluation as plain JSON values, unrounded."""
        plain = asdict(self)
        return plain | {"size": list(self.size), "notes": list(self.notes)}


def evaluate(
    content: Array, style: Array, result: Array, *, encoder: Encoder | None = None, device: str = "cpu"
) -> Evaluation:
    """Measure one picture (H, W, 3) in [0, 1] against its photo and its painting, of any sizes.

    encoder: something else than VGG-19 with max pooling (`impasto.encoders.vgg`), for experiments. Raises UsageError
    for a picture that is no such array, is not finite, or has a side under 16 pixels.
    """
    return evaluate_all(content, style, {"result": result}, encoder=encoder, device=device)["result"]


def evaluate_all(
    content: Array, style: Array, results: Mapping[str, Array], *, encoder: Encoder | None = None, device: str = "cpu"
) -> dict[str, Evaluation]:
    """Measure several named pictures of one photo and one painting; those two are seen once for each size of result."""
    photo, painting = _eight_bit(content, "content"), _eight_bit(style, "style")
    pictures = {name: _eight_bit(result, f"result '{name}'") for name, result in results.items()}
    see = _Seer(encoder or _vgg19(device), device)
    found: dict[str, Evaluation] = {}
    for name, picture in pictures.items():
        size = measured_size(picture.size)
        sight = see.once(picture, size)
        kept = see.cached("content", photo, size)
        wanted = see.cached("style", painting, measured_size(painting.size, max(size)))
        found[name] = _compare(sight, kept, wanted, _notes(photo.size, size))
    return found


def measured_size(size: Size, long_side: int = LONG_SIDE_PX) -> Size:
    """The size (width, height) at which a picture is measured: its long side brought down to `long_side`.

    A narrow picture is brought down only until its short side is 16, the least VGG-19 can see; none is enlarged.
    """
    scale = min(1.0, max(long_side / max(size), SMALLEST_PX / min(size)))
    return round(size[0] * scale), round(size[1] * scale)


@dataclass(frozen=True, slots=True)
class _Sight:
    """One picture at one size and what VGG-19 sees in it."""

    rgb: Array
    grams: Mapping[str, "Tensor"]
    deep: Mapping[str, "Tensor"]

    @property
    def size(self) -> Size:
        return self.rgb.shape[1], self.rgb.shape[0]


class _Seer:
    """Looks at pictures through the encoder, and remembers the photo and the painting."""

    def __init__(self, encoder: Encoder, device: str) -> None:
        self.encoder, self.device = encoder, device
        self._seen: dict[tuple[str, Size], _Sight] = {}

    def cached(self, role: str, picture: Image.Image, size: Size) -> _Sight:
        if (role, size) not in self._seen:
            self._seen[role, size] = self.once(picture, size)
        return self._seen[role, size]

    def once(self, picture: Image.Image, size: Size) -> _Sight:
        import torch

        from impasto.textures.covariance import gram

        rgb = np.asarray(picture.resize(size, Image.Resampling.LANCZOS), np.float32) / np.float32(255)
        with torch.inference_mode():
            tensor = torch.from_numpy(rgb).permute(2, 0, 1)[None].to(self.device)
            features = self.encoder(tensor, layers=(*STYLE_LAYERS, CONTENT_LAYER))
            grams = {layer: gram(features[layer]) for layer in STYLE_LAYERS}
        return _Sight(rgb, grams, {layer: features[layer] for layer in (*REMD_LAYERS, CONTENT_LAYER)})


def _compare(result: _Sight, content: _Sight, style: _Sight, notes: tuple[str, ...]) -> Evaluation:
    ratios = {
        layer: metrics.style_ratio(result.grams[layer], content.grams[layer], style.grams[layer])
        for layer in STYLE_LAYERS
    }
    luma = _luma(result.rgb), _luma(content.rgb)
    return Evaluation(
        style_ratio=metrics.mean_ratio(ratios),
        style_ratio_layers=ratios,
        content_cosine=metrics.content_cosine(result.deep[CONTENT_LAYER], content.deep[CONTENT_LAYER]),
        ssim=metrics.ssim(*luma),
        remd=_remd(result, style),
        remd_content=_remd(content, style),
        laplacian_error=metrics.laplacian_error(*luma),
        histogram_distance=metrics.histogram_distance(result.rgb, style.rgb),
        histogram_distance_content=metrics.histogram_distance(content.rgb, style.rgb),
        size=result.size,
        notes=notes,
    )


def _remd(picture: _Sight, style: _Sight) -> float:
    return float(np.mean([metrics.remd(picture.deep[layer], style.deep[layer]) for layer in REMD_LAYERS]))


def _luma(rgb: Array) -> NDArray[np.floating]:
    from impasto.image.colour import luminance

    return luminance(rgb)


def _vgg19(device: str) -> Encoder:
    from impasto.encoders.vgg import VGG19

    return VGG19.load(up_to=STYLE_LAYERS[-1], pooling="max", precision="float32", device=device)


def _eight_bit(picture: Array, role: str) -> Image.Image:
    """A picture as an 8-bit file would hold it, or a UsageError that says what is wrong with it."""
    shape = getattr(picture, "shape", ())
    if len(shape) != 3 or shape[2] != 3 or not np.issubdtype(picture.dtype, np.floating):
        got = f"{picture.dtype} {tuple(shape)}" if shape else type(picture).__name__
        raise UsageError(f"evaluate: {role} must be a float array (H, W, 3) with values in [0, 1], got {got}")
    if min(shape[:2]) < SMALLEST_PX:
        raise UsageError(
            f"evaluate: {role} is {shape[1]} x {shape[0]} pixels; the metrics need at least "
            f"{SMALLEST_PX} x {SMALLEST_PX}"
        )
    # A filter's overshoot is clipped like an encoder would; values of another range are a mistake to point out.
    if not (np.isfinite(picture).all() and picture.min() >= -1 and picture.max() <= 2):
        raise UsageError(f"evaluate: {role} holds values that are not finite or far outside [0, 1]")
    return Image.fromarray(np.rint(picture.clip(0, 1) * 255).astype(np.uint8))


def _notes(content: Size, result: Size) -> tuple[str, ...]:
    (width, height), (w, h) = content, result
    # Rounding to whole pixels, or to the multiple of 8 a network wants, is no stretching worth a word.
    if abs(w * height / width - h) <= max(1.0, 0.02 * h) or abs(h * width / height - w) <= max(1.0, 0.02 * w):
        return ()
    return (f"the content ({width} x {height}) was stretched to the result's shape to compare them",)
