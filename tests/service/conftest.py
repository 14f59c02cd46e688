"""One service for all tests of it, in this process and without a socket; its workers are real processes."""

import json
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from impasto.service.desk import Desk
from impasto.service.options import ServiceOptions
from impasto.service.web import guarded, make_app

HOME = "http://127.0.0.1:7860"


def picture(height: int = 48, width: int = 64, seed: int = 0, format: str = "PNG", **extra: Any) -> bytes:
    """The bytes of a small noisy picture."""
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    target = BytesIO()
    Image.fromarray(pixels).save(target, format, **extra)
    return target.getvalue()


PHOTO, PAINTING = picture(seed=1), picture(40, 40, seed=2)


def film(count: int = 8, *, sound: bool = True, rate: int = 8, height: int = 48, width: int = 64) -> bytes:
    """The bytes of a little MP4 of drifting noise with a tone, that says where it was taken."""
    import av

    pixels = np.random.default_rng(3).integers(0, 256, (height // 8, width // 8 + count, 3), np.uint8)
    target = BytesIO()
    with av.open(target, "w", format="mp4", options={"movflags": "use_metadata_tags"}) as output:
        output.metadata["location"] = "+48.2082+016.3738/"
        stream = output.add_stream("libx264", rate=rate)
        stream.height, stream.width, stream.pix_fmt = height, width, "yuv420p"
        tone = output.add_stream("aac", rate=22_050, layout="mono") if sound else None
        for number in range(count):
            view = np.kron(pixels[:, number : number + width // 8], np.ones((8, 8, 1), np.uint8))
            output.mux(stream.encode(av.VideoFrame.from_ndarray(view, format="rgb24")))
        output.mux(stream.encode(None))
        if tone is not None:
            wave = np.sin(np.arange(22_050 * count // rate) / 8).astype(np.float32)[None]
            part = av.AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
            part.sample_rate, part.pts = 22_050, 0
            output.mux(tone.encode(part))
            output.mux(tone.encode(None))
    return target.getvalue()


class Client(TestClient):
    """A client that knows how to order and to wait."""

    def order(self, method: str = "colour_transfer", files: Any = None, headers: Any = None, **fields: Any) -> Any:
        """POST /v1/jobs. files: (field, bytes) pairs; a photo and a painting unless given."""
        given = files if files is not None else [("content", PHOTO), ("styles", PAINTING)]
        place = "/v1/videos" if "film" in fields else "/v1/jobs"
        parts = [(field, (f"{field}.png", data)) for field, data in given]
        texts = {k: v if isinstance(v, str) else json.dumps(v) for k, v in ({"method": method} | fields).items()}
        return self.post(place, data=texts, files=parts, headers=headers)

    def wait(self, job_id: str, seconds: float = 60) -> Any:
        """How a job ended."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            job = self.get(f"/v1/jobs/{job_id}").json()
            if job["state"] in ("done", "failed", "cancelled"):
                return job
            time.sleep(0.02)
        raise AssertionError(f"still {job['state']} after {seconds} s")


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The desk of the service; DBOS allows one in a process."""
    folder = str(tmp_path_factory.mktemp("service"))
    limits = {"max_megapixels": 0.05, "max_result_megapixels": 0.02, "max_upload_mb": 1, "max_film_seconds": 3}
    return Desk(ServiceOptions(folder=folder, threads=1, **limits), warm=False)


@pytest.fixture(scope="session")
def client(desk: Desk) -> Iterator[Client]:
    """A service that takes small pictures only."""
    with Client(guarded(make_app(desk), desk.options, None), HOME) as client:
        yield client


@pytest.fixture
def closed(tmp_path: Path) -> Callable[..., Client]:
    """A service whose desk is not open, to try what stands before it: closed(token="...", cors_origins="...")."""

    def make(token: str | None = None, **values: Any) -> Client:
        options = ServiceOptions(folder=str(tmp_path), **values)
        return Client(guarded(make_app(Desk(options)), options, token), HOME)

    return make
