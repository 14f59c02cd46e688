"""The sound of a film: copied as it is where the new file can hold it, turned into what it can hold otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from .clip import OPENED_WITH
from .formats import Container


@dataclass(frozen=True, slots=True)
class Sound:
    """The sound of a film from `begin` to `end`, in seconds by the file's own clock; end None: all of it."""

    path: Path
    begin: Fraction = Fraction(0)
    end: Fraction | None = None


class Track:
    """Sound on its way into a film, as far as its pictures have come. kind: "copied", "converted" or None for silence."""

    kind: str | None = None

    def until(self, time: Fraction | None) -> None:
        """Write what is heard up to that time, seconds from the film's beginning; None: the rest."""


class _Copied(Track):
    kind = "copied"

    def __init__(self, output: Any, sound: Sound) -> None:
        import av

        self.sound, self.output = sound, output
        self.source = av.open(str(sound.path.absolute()), options=OPENED_WITH)
        self.track = self.source.streams.audio[0]
        self.stream = output.add_stream_from_template(self.track)
        self.packets = self._packets()
        self.next: Any = None

    def _packets(self) -> Iterator[tuple[Fraction, Any]]:
        unit = Fraction(self.track.time_base or 1)
        shift = round(self.sound.begin / unit)
        for packet in self.source.demux(self.track):
            if packet.pts is None or packet.pts < shift:
                continue
            if self.sound.end is not None and packet.pts * unit >= self.sound.end:
                break
            packet.pts -= shift
            packet.dts = packet.pts
            yield packet.pts * unit, packet
        self.source.close()

    def until(self, time: Fraction | None) -> None:
        while True:
            self.next = self.next or next(self.packets, None)
            if self.next is None:
                return
            if time is not None and self.next[0] > time:
                return
            packet, self.next = self.next[1], None
            packet.stream = self.stream
            self.output.mux(packet)


class _Converted(Track):
    kind = "converted"

    def __init__(self, output: Any, sound: Sound, codec: str) -> None:
        import av

        self.sound, self.output = sound, output
        self.source = av.open(str(sound.path.absolute()), options=OPENED_WITH)
        self.track = self.source.streams.audio[0]
        rate = 48_000 if codec == "libopus" else self.track.rate
        self.stream = output.add_stream(codec, rate=rate, layout="mono" if self.track.channels == 1 else "stereo")
        context = self.stream.codec_context
        self.resampler = av.AudioResampler(format=context.format, layout=context.layout, rate=rate)
        self.frames = self._frames()
        self.written, self.done = 0, False

    def _frames(self) -> Iterator[Any]:
        for frame in self.source.decode(self.track):
            if frame.time is None or frame.time + frame.samples / frame.sample_rate <= self.sound.begin:
                continue
            if self.sound.end is not None and frame.time >= self.sound.end:
                break
            yield from self.resampler.resample(frame)
        yield from self.resampler.resample(None)
        self.source.close()

    def until(self, time: Fraction | None) -> None:
        rate = self.stream.codec_context.sample_rate
        while not self.done and (time is None or self.written <= time * rate):
            frame = next(self.frames, None)
            if frame is None:
                self.done = True
            else:
                frame.pts, frame.time_base = self.written, Fraction(1, rate)
                self.written += frame.samples
            self.output.mux(self.stream.encode(frame))


def add_sound(output: Any, sound: Sound | None, container: Container) -> Track:
    """Add a film's sound to a file that is about to be written, and tell how."""
    if sound is None or not container.sound_codec:
        return Track()
    import av

    with av.open(str(sound.path.absolute()), options=OPENED_WITH) as source:
        if not source.streams.audio:
            return Track()
        codec = source.streams.audio[0].codec_context.name
    return _Copied(output, sound) if codec in container.sounds else _Converted(output, sound, container.sound_codec)
