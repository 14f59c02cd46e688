"""Masks and guides that move with a film: folders of numbered pictures, or films, with one frame for each of the film's."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from impasto.core import Array, EndOfFilm, Extra, InputError, Inputs, Method, UsageError
from impasto.image import Picture, resize_mask
from impasto.image.colour import luminance
from impasto.video.clip import Clip, open_clip
from impasto.video.formats import names_a_film

from . import sources

Key = str | int
"""What moves: an extra picture by its name, a mask by its place."""


def is_moving(source: sources.Source) -> bool:
    """Whether a source is a folder, or a file with a film's suffix, instead of one picture."""
    if not (isinstance(source, str) or hasattr(source, "__fspath__")):
        return False
    path = Path(source)
    return path.is_dir() or names_a_film(path)


@dataclass
class Moving:
    """Clips that run beside a film. numbers: which of their frames are those of the frames that are painted."""

    clips: Mapping[Key, Clip] = field(default_factory=dict[Key, Clip])
    numbers: Sequence[int] = ()
    _streams: dict[Key, tuple[int, Iterator[Array]]] = field(default_factory=dict[Key, tuple[int, Iterator[Array]]])

    def at(self, inputs: Inputs, number: int) -> Inputs:
        """The inputs of a frame that is painted, with what moves as it is then."""
        if not self.clips:
            return inputs
        masks, extras = list(inputs.masks), dict(inputs.extras)
        for key in self.clips:
            frame = self._frame(key, number)
            if isinstance(key, int):
                masks[key] = _locked(resize_mask(luminance(frame).clip(0, 1), inputs.content.shape[:2]))
            else:
                extras[key] = _locked(frame)
        return replace(inputs, masks=tuple(masks), extras=extras)

    def first(self, key: Key) -> Picture:
        """The frame that goes with the first painted one."""
        return Picture(np.ascontiguousarray(self._frame(key, 0)), name=self.clips[key].name)

    def _frame(self, key: Key, number: int) -> Array:
        """A clip's frame beside a painted one; those in between are passed over, backwards begins anew."""
        place = self.numbers[number]
        following, stream = self._streams.get(key, (place + 1, iter(())))
        if following > place:
            following, stream = place, self.clips[key].frames(place)
        while True:
            frame = next(stream, None)
            if frame is None:
                raise EndOfFilm(number)
            following += 1
            if following > place:
                self._streams[key] = following, stream
                return frame


def found_moving(
    method: Method, masks: Sequence[sources.Source], style_masks: Sequence[sources.Source],
    extras: Mapping[str, sources.Source], film: Clip, numbers: Sequence[int], fps: float | None,
) -> Moving:  # fmt: skip
    """What moves among masks and extras. Raises UsageError or InputError, in one line, for clips that do not go with the film."""
    over_style = {spec.name for spec in method.inputs if isinstance(spec, Extra) and spec.of == "styles"}
    for name, source in [*extras.items(), *(("style_mask", source) for source in style_masks)]:
        if is_moving(source) and (name in over_style or name == "style_mask"):
            raise UsageError(f"{name}: lies over a style, which does not move; give one picture.")
    wanted: dict[Key, Any] = {place: source for place, source in enumerate(masks) if is_moving(source)}
    wanted |= {name: source for name, source in extras.items() if is_moving(source)}
    clips = {key: open_clip(source, fps if Path(source).is_dir() else None) for key, source in wanted.items()}
    for key, clip in clips.items():
        what = f"mask {key + 1}" if isinstance(key, int) else key
        if len(clip) < len(film):
            raise InputError(
                f"{clip.name}: {len(clip)} frames for '{what}', but {film.name} has {len(film)}; there must be one for each."
            )
        (height, width), (h, w) = film.size, clip.size
        if abs(w * height / (h * width) - 1) > 0.02:
            raise InputError(f"{clip.name}: {w} x {h} pixels is not the shape of the film, {width} x {height}.")
    return Moving(clips, numbers)


def _locked(array: Array) -> Array:
    array = np.ascontiguousarray(array, np.float32).view()
    array.flags.writeable = False
    return array
