"""From what was painted on the canvas to masks and label pictures."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impasto.core import Extra, Method

COLOURS = ("#e4572e", "#2e86ab", "#76b041", "#ffc914", "#8f5fbf", "#17bebb", "#f26ca7", "#8d6e63")
"""Brushes: the first is the first painting's, and so on; on a label picture each is a label of its own."""
_BRUSHES = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in COLOURS], np.int16)
_OPAQUE = 128

Layer = NDArray[np.uint8]


def read_layers(paths: list[str | None], pixels: int) -> Layer | None:
    """The painted layers laid over one another, (H, W, 4) of 8 bits; None where nothing was painted."""
    from PIL import Image

    over: Image.Image | None = None
    for path in paths:
        if path is None:
            continue
        layer = Image.open(BytesIO(Path(path).read_bytes()))
        if layer.width * layer.height > pixels:
            continue
        layer = layer.convert("RGBA")
        over = layer if over is None or over.size != layer.size else Image.alpha_composite(over, layer)
    if over is None:
        return None
    pixels_painted = np.asarray(over)
    return pixels_painted if (pixels_painted[..., 3] >= _OPAQUE).any() else None


def labels(layer: Layer) -> NDArray[np.int16]:
    """For every pixel the number of the brush that painted it, from 1; 0 where none did. Soft edges go to the nearest."""
    distance = np.abs(layer[..., None, :3].astype(np.int16) - _BRUSHES).sum(-1)
    return np.where(layer[..., 3] >= _OPAQUE, distance.argmin(-1) + 1, 0).astype(np.int16)


def masks(layer: Layer, styles: int) -> list[bytes]:
    """One grey PNG for each style, white where its brush painted.

    Of several styles the first has what nobody painted; a single style goes only where it was painted.
    """
    found = labels(layer)
    made: list[bytes] = []
    for number in range(1, styles + 1):
        here = found == number
        if number == 1 and styles > 1:
            here |= (found == 0) | (found > styles)
        elif styles == 1:
            here = found > 0
        made.append(_png(here.astype(np.uint8) * 255))
    return made


def part(layer: Layer) -> bytes:
    """A grey PNG, white where any brush painted."""
    return _png((labels(layer) > 0).astype(np.uint8) * 255)


def label_picture(layer: Layer) -> bytes:
    """An RGB PNG of flat colours: the brushes', white where none painted."""
    palette = np.concatenate([[[255, 255, 255]], _BRUSHES]).astype(np.uint8)
    return _png(palette[labels(layer)])


def _png(pixels: NDArray[np.uint8]) -> bytes:
    from PIL import Image

    target = BytesIO()
    Image.fromarray(pixels).save(target, "PNG")
    return target.getvalue()


def made_for(
    method: Method, slot: str, layer: Layer | None, composite: bytes | None, styles: int
) -> list[tuple[str, bytes]]:
    """What a slot becomes: (file name, PNG) for each picture; none where nothing was painted or laid on the canvas.

    Label pictures and masks come from the brushes alone; any other picture is the canvas with all that lies on it.
    """
    if slot == "masks":
        return (
            [] if layer is None else [(f"mask-{n}.png", data) for n, data in enumerate(masks(layer, max(1, styles)), 1)]
        )
    if slot.startswith("style_masks:"):
        return [] if layer is None else [(f"style-mask-{int(slot.partition(':')[2]) + 1}.png", part(layer))]
    spec = next((s for s in method.inputs if isinstance(s, Extra) and s.name == slot), None)
    if spec is None:
        return []
    if spec.labels and layer is not None:
        return [(f"{slot}.png", label_picture(layer))]
    return [] if composite is None else [(f"{slot}.png", composite)]


def background(slot: str, method: Method) -> str:
    """Which picture lies under the canvas of a slot: "content" or "styles:N"."""
    if slot.startswith("style_masks:"):
        return f"styles:{slot.partition(':')[2]}"
    spec: Any = next((s for s in method.inputs if isinstance(s, Extra) and s.name == slot), None)
    return "styles:0" if spec is not None and spec.of == "styles" else "content"
