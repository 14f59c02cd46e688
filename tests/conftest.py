"""Shared fixtures: seeded pictures that look like nothing in particular, and golden pictures with a tolerance."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
GOLDEN = Path(__file__).parent / "golden"

Golden = Callable[..., None]
Painted = Callable[..., NDArray[np.float32]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden pictures anew instead of comparing")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compare a picture with tests/golden/NAME.png: golden(picture, "name", tolerance=2 / 255).

    tolerance: largest difference of any channel of any pixel, in [0, 1]. Stored pictures have 8 bits, so that half
    of 1/255 is lost to rounding before anything differs.
    """

    def compare(picture: NDArray[np.float32], name: str, *, tolerance: float) -> None:
        path = GOLDEN / f"{name}.png"
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(exist_ok=True)
            Image.fromarray(np.rint(picture * 255).astype(np.uint8)).save(path, optimize=True)
            return
        assert path.exists(), f"no golden picture {path.name}; run pytest with --update-golden and look at it"
        stored = np.asarray(Image.open(path).convert("RGB"), np.float32) / 255
        assert picture.shape == stored.shape
        difference = np.abs(picture - stored)
        assert difference.max() <= tolerance, (
            f"{path.name}: differs by up to {difference.max():.4f} (mean {difference.mean():.5f}); "
            "if that is an improvement, run pytest with --update-golden and look at it"
        )

    return compare


@pytest.fixture(scope="session")
def painted() -> Painted:
    """A seeded picture (H, W, 3) of smooth blobs and stripes: painted(height, width, seed=0, warmth=0.0)."""
    return paint


def paint(height: int, width: int, *, seed: int = 0, warmth: float = 0.0) -> NDArray[np.float32]:
    """Blobs and stripes with edges, gradients and correlated colours; `warmth` in [-1, 1] pulls red against blue."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width] / max(height, width)
    picture = np.stack([0.3 + 0.4 * x, 0.5 - 0.2 * y, 0.3 + 0.3 * y * x], axis=-1)
    for _ in range(6):
        centre, radius, colour = random.random(2), random.uniform(0.1, 0.35), random.random(3)
        inside = ((y - centre[0]) ** 2 + (x - centre[1]) ** 2 < radius**2)[..., None]
        picture = np.where(inside, 0.4 * picture + 0.6 * colour, picture)
    angle = random.uniform(0, np.pi)
    stripes = np.sin(40 * (np.cos(angle) * x + np.sin(angle) * y))[..., None]
    picture += 0.08 * stripes + 0.15 * warmth * np.array([1.0, 0.0, -1.0])
    return picture.clip(0, 1).astype(np.float32)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo on disk, 96 x 64 pixels."""
    return store(tmp_path / "photo.png", paint(64, 96, seed=1))


@pytest.fixture
def painting(tmp_path: Path) -> Path:
    """A painting on disk, 80 x 72 pixels, warmer than the photo."""
    return store(tmp_path / "painting.png", paint(72, 80, seed=2, warmth=0.8))


def store(path: Path, picture: NDArray[np.float32]) -> Path:
    """Write 8-bit RGB with Pillow alone, so that tests do not lean on what they test."""
    Image.fromarray(np.rint(picture * 255).astype(np.uint8)).save(path)
    return path


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The chromium of this machine, with a camera that shows a test picture. Playwright runs once in a process."""
    sync_api = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", *CAMERA])
        yield browser
        browser.close()
