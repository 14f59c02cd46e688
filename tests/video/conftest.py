"""Little films: a textured picture that slides by, on disk in several forms."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

SHAPE = (64, 96)
STEP = (3, 2)  # pixels to the right and down that the window moves from frame to frame


def textured(height: int, width: int, seed: int = 0):
    """Smooth noise with detail everywhere, so that motion can be seen anywhere."""
    import cv2

    random = np.random.default_rng(seed)
    noise = sum(
        cv2.GaussianBlur(random.random((height, width)).astype(np.float32), (0, 0), sigma) * sigma
        for sigma in (1.5, 4, 10)
    )
    noise = (noise - noise.min()) / (noise.max() - noise.min())
    return noise[..., None] * np.float32([1, 0.95, 0.9])  # films halve the detail of colour


def sliding(count: int, shape=SHAPE, step=STEP):
    """Frames (H, W, 3) of a window that moves over a texture."""
    whole = textured(shape[0] + count * step[1], shape[1] + count * step[0])
    return [whole[n * step[1] :][: shape[0], n * step[0] :][:, : shape[1]].copy() for n in range(count)]


@pytest.fixture(scope="session")
def frames():
    """Frames of the sliding window: frames(6), frames(4, shape=(33, 47))."""
    return sliding


def store_folder(folder: Path, pictures, first: int = 1) -> Path:
    folder.mkdir()
    for number, picture in enumerate(pictures, first):
        Image.fromarray(np.rint(picture * 255).astype(np.uint8)).save(folder / f"frame_{number:04d}.png")
    return folder


@pytest.fixture
def folder(tmp_path) -> Callable[..., Path]:
    """A folder of frames: folder(pictures, first=1)."""
    return lambda pictures, first=1, name="frames": store_folder(tmp_path / name, pictures, first)


@pytest.fixture
def film(tmp_path) -> Callable[..., Path]:
    """A film written by PyAV alone: film(pictures, sound=True, times=[0, 0.1, 0.4])."""

    def make(pictures, name="film.mp4", *, sound=False, times=None, rate=10) -> Path:
        path = tmp_path / name
        with av.open(str(path), "w") as output:
            stream = output.add_stream("libx264", rate=rate, options={"crf": "8"})
            stream.height, stream.width = pictures[0].shape[:2]
            stream.pix_fmt = "yuv420p"
            stream.codec_context.time_base = Fraction(1, 1000)
            tone = output.add_stream("aac", rate=22_050, layout="mono") if sound else None
            for number, picture in enumerate(pictures):
                frame = av.VideoFrame.from_ndarray(np.rint(picture * 255).astype(np.uint8), format="rgb24")
                frame.time_base = Fraction(1, 1000)
                frame.pts = round(1000 * (times[number] if times else number / rate))
                output.mux(stream.encode(frame))
            output.mux(stream.encode(None))
            if tone:
                wave = np.sin(np.arange(22_050 * len(pictures) // rate) / 8).astype(np.float32)[None]
                part = av.AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
                part.sample_rate, part.pts = 22_050, 0
                output.mux(tone.encode(part))
                output.mux(tone.encode(None))
        return path

    return make
