"""A studio in a process of its own, and the chromium of this machine to look at it with."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SHOTS = Path(__file__).parents[2] / "docs" / "studio"


class Running:
    """A studio that answers at `url`."""

    def __init__(self, folder: Path, *words: str, environment: dict[str, str] | None = None) -> None:
        command = [
            sys.executable,
            "-m",
            "impasto",
            "studio",
            "--port",
            "0",
            "--folder",
            str(folder),
            "--threads",
            "1",
            *words,
        ]
        self.log = folder.parent / f"{folder.name}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, stderr=log, env=os.environ | (environment or {}))
        deadline = time.monotonic() + 120
        while not (found := re.search(r"impasto studio: (http\S+)", self.said)):
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.05)
        self.url = found[1]

    @property
    def said(self) -> str:
        """What it wrote to stderr so far."""
        return self.log.read_text(errors="replace")

    def close(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(tmp_path_factory.mktemp("studio"))
    yield running
    running.close()
    assert "Traceback" not in running.said, running.said


@pytest.fixture
def page(chromium: Any, studio: Running, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A page of the studio; mark with `screen(width, height)` and `dark` as wanted. Fails for requests that leave the machine."""
    size = request.node.get_closest_marker("screen")
    width, height = size.args if size else (1360, 900)
    scheme = "dark" if request.node.get_closest_marker("dark") else "light"
    context = chromium.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, device_scale_factor=1
    )
    page = context.new_page()
    page.set_default_timeout(120_000)
    strangers: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda r: None if r.url.startswith((studio.url, "data:", "blob:")) else strangers.append(r.url))
    page.on("response", lambda r: wrong.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(studio.url)
    page.wait_for_selector("#palette .painting")
    yield page
    context.close()
    assert not strangers, "the page asked for something from elsewhere"
    assert not wrong


@pytest.fixture
def shot(request: pytest.FixtureRequest) -> Any:
    """Keep a screenshot for the documentation, with --update-golden: shot(page, "first")."""

    def keep(page: Any, name: str) -> None:
        if not request.config.getoption("--update-golden"):
            return
        from io import BytesIO

        from PIL import Image

        page.wait_for_timeout(800)
        image = Image.open(BytesIO(page.screenshot())).convert("RGB")
        image.thumbnail((1000, 1400))
        SHOTS.mkdir(parents=True, exist_ok=True)
        image.quantize(160, dither=Image.Dither.FLOYDSTEINBERG).save(SHOTS / f"{name}.png", optimize=True)

    return keep
