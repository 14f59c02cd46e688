"""The hand that draws sheets: one font, four greys, pictures that keep their shape."""

from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from impasto.core import Array

from .report import plain

PAPER = (246, 246, 246)  # neutral, so that no colour of a picture is tinted by its surroundings
INK = (26, 26, 28)
PENCIL = (112, 112, 116)
HAIRLINE = (212, 212, 214)
HOLLOW = (234, 234, 235)

Box = tuple[float, float, float, float]


class Board:
    """A sheet of paper to set text and pictures on. Coordinates are pixels from the top left; text sits on its baseline."""

    def __init__(self, width: float, height: float) -> None:
        self.image = Image.new("RGB", (round(width), round(height)), PAPER)
        self._draw = ImageDraw.Draw(self.image)

    def text(
        self, x: float, baseline: float, text: str, size: float, *, colour: tuple[int, int, int] = INK,
        align: str = "left", room: float | None = None,
    ) -> float:  # fmt: skip
        """Write one line, shortened to `room` pixels; returns the width it took."""
        text = shorten(text, size, room)
        anchor = {"left": "ls", "right": "rs", "centre": "ms"}[align]
        self._draw.text((x, baseline), text, fill=colour, font=font(size), anchor=anchor)
        return text_width(text, size)

    def rule(self, x: float, y: float, width: float, height: float = 0) -> None:
        """Draw a hairline, across or, with a height and no width, down."""
        self._draw.line((x, y, x + width, y + height), fill=HAIRLINE, width=1)

    def dot(self, x: float, y: float, radius: float, colour: tuple[int, int, int] = INK) -> None:
        """Mark a value."""
        side, fine = max(1, round(2 * radius)), 8
        disc = Image.new("L", (side * fine, side * fine))
        ImageDraw.Draw(disc).ellipse((0, 0, side * fine - 1, side * fine - 1), fill=255)
        # Pillow's own ellipse has hard edges; a disc drawn large and brought down is round.
        self.image.paste(
            colour, (round(x - radius), round(y - radius)), disc.resize((side, side), Image.Resampling.BOX)
        )

    def picture(self, picture: Array, box: Box, *, centred: bool = False) -> None:
        """Set a picture into (x, y, width, height), as large as it fits with its own shape, top left or centred."""
        x, y, width, height = box
        tile = fitted(picture, (width, height))
        share = 0.5 if centred else 0.0
        x, y = round(x + share * (width - tile.width)), round(y + share * (height - tile.height))
        self.image.paste(tile, (x, y))
        # A pale picture needs an edge to be seen against the paper.
        self._draw.rectangle((x - 1, y - 1, x + tile.width, y + tile.height), outline=HAIRLINE)

    def hollow(self, box: Box, text: str, size: float) -> None:
        """An empty frame that says why there is no picture."""
        x, y, width, height = (round(side) for side in box)
        self._draw.rectangle((x, y, x + width - 1, y + height - 1), fill=HOLLOW)
        lines = wrapped(text, size, width - 2 * size)[: max(1, int(height / (1.4 * size)) - 1)]
        baseline = y + height / 2 - 0.7 * size * (len(lines) - 2)
        for i, line in enumerate(lines):
            self.text(x + width / 2, baseline + 1.4 * size * i, line, size, colour=PENCIL, align="centre", room=width)

    def array(self) -> Array:
        """The sheet as a picture (H, W, 3) in [0, 1]."""
        return np.asarray(self.image, np.float32) / np.float32(255)


@lru_cache(maxsize=32)
def font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own scalable font: the same on every machine."""
    return ImageFont.load_default(size)


def text_width(text: str, size: float) -> float:
    """How wide a line will be, in pixels."""
    return font(size).getlength(plain(text))


def shorten(text: str, size: float, room: float | None) -> str:
    """The text, cut with an ellipsis to fit into `room` pixels."""
    text = plain(text)
    if not text or room is None or text_width(text, size) <= room:
        return text
    while text and text_width(text + "…", size) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def wrapped(text: str, size: float, room: float) -> list[str]:
    """The text in lines of at most `room` pixels, broken between words."""
    lines: list[str] = []
    for word in plain(text).split():
        if lines and text_width(f"{lines[-1]} {word}", size) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def fitted(picture: Array, room: tuple[float, float]) -> Image.Image:
    """A picture scaled to the largest size that fits into (width, height) pixels without changing its shape."""
    height, width = picture.shape[:2]
    scale = min(room[0] / width, room[1] / height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    image = Image.fromarray(np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8))
    return image.resize(size, Image.Resampling.LANCZOS)
