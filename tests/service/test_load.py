"""Twenty clients at once, for a minute: nothing lost, nothing mixed up, memory bounded."""

import os
import statistics
import threading
import time
from io import BytesIO

import httpx
import pytest
from PIL import Image

from .conftest import PAINTING, picture
from .process import Server

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

CLIENTS = 20
SECONDS = float(os.environ.get("IMPASTO_LOAD_SECONDS", "60"))
MOST_GROWTH = 150 * 2**20


class Visitor(threading.Thread):
    """Orders pictures of a size nobody else has, one after another, and looks whether it gets its own."""

    def __init__(self, url: str, number: int, until: float) -> None:
        super().__init__()
        self.url, self.number, self.until = url, number, until
        self.times: list[float] = []
        self.busy = 0
        self.problems: list[str] = []

    def run(self) -> None:
        try:
            with httpx.Client(base_url=self.url, timeout=60) as client:
                while time.monotonic() < self.until:
                    self.visit(client)
        except Exception as error:
            self.problems.append(repr(error))

    def visit(self, client: httpx.Client) -> None:
        width = 32 + self.number
        files = [("content", ("p.png", picture(32, width, seed=self.number))), ("styles", ("s.png", PAINTING))]
        start = time.monotonic()
        answer = client.post("/v1/jobs", data={"method": "colour_transfer"}, files=files)
        if answer.status_code == 429:
            self.busy += 1
            time.sleep(min(2, int(answer.headers["retry-after"])))
            return
        if answer.status_code != 202:
            self.problems.append(f"{answer.status_code} {answer.text}")
            return
        link = answer.json()["links"]["self"]
        while (job := client.get(link).json())["state"] in ("queued", "running"):
            time.sleep(0.1)
        if job["state"] != "done":
            self.problems.append(str(job))
            return
        result = Image.open(BytesIO(client.get(job["links"]["result"]).content))
        self.times.append(time.monotonic() - start)
        if result.size != (width, 32):
            self.problems.append(f"asked for {width}, got {result.size}")


def test_twenty_clients_for_a_minute(tmp_path):
    with Server(tmp_path / "home", queue_limit=12, max_disk_gb=0.02) as server:
        first = Visitor(server.url, 0, 0)
        with httpx.Client(base_url=server.url, timeout=60) as client:
            first.visit(client)
        before = server.memory()
        until = time.monotonic() + SECONDS
        visitors = [Visitor(server.url, number, until) for number in range(CLIENTS)]
        for visitor in visitors:
            visitor.start()
        slowest = 0.0
        while time.monotonic() < until:  # the server answers others all the while
            start = time.monotonic()
            assert httpx.get(f"{server.url}/v1/health", timeout=10).status_code == 200
            slowest = max(slowest, time.monotonic() - start)
            time.sleep(0.5)
        for visitor in visitors:
            visitor.join(60)
        assert not [problem for visitor in visitors for problem in visitor.problems]
        times = [seconds for visitor in visitors for seconds in visitor.times]
        p95 = statistics.quantiles(times, n=20)[-1]
        grown = server.memory() - before
        busy = sum(visitor.busy for visitor in visitors)
        disk = sum(file.stat().st_size for file in (tmp_path / "home" / "jobs").rglob("*") if file.is_file())
        print(
            f"\n{len(times)} pictures, p95 {p95:.2f} s, {busy} times busy, health {slowest:.2f} s, {grown / 2**20:.0f} MB, disk {disk / 1e6:.1f} MB"
        )
        assert len(times) > CLIENTS
        assert grown < MOST_GROWTH
        assert disk < 0.02e9 * 1.5
        assert slowest < 5
