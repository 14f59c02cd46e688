import dataclasses
import http.server
import threading
import time

import pytest
import torch

from impasto.core import RunError
from impasto.weights import download, load, manifest, status

loopback = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.fixture
def server(tiny, monkeypatch):
    """A web server on this machine that serves the tiny network in good ways and bad; gives its address."""
    good = tiny.published
    monkeypatch.setenv("no_proxy", "*")

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            getattr(self, self.path.strip("/"))()

        def answer(self, body: bytes, length: int | None = None, code: int = 200, **headers: str) -> None:
            self.send_response(code)
            for name, value in {"Content-Length": str(len(body) if length is None else length), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def good(self):
            assert self.headers["User-Agent"].startswith("impasto/")
            self.answer(good)

        def changed(self):
            self.answer(good[:-1] + b"!")

        def short(self):
            self.answer(good[:500], length=len(good))

        def endless(self):
            self.send_response(200)
            self.end_headers()
            try:
                for _ in range(64):  # MiB; a client without a limit gets them all and finds another fault
                    self.wfile.write(bytes(1 << 20))
            except OSError:
                pass  # hung up on, as hoped

        def gone(self):
            self.answer(b"", code=404)

        def silent(self):
            time.sleep(1)

        def moved(self):
            self.answer(b"", code=302, Location="/good")

        def astray(self):
            self.answer(b"", code=302, Location="http://weights.invalid/tiny")

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as service:
        threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{service.server_port}"
        service.shutdown()


@pytest.fixture
def publish(tiny, server, monkeypatch):
    """Say that the tiny network is to be had at these addresses and nowhere else."""
    tiny.uninstall()

    def at(*paths: str) -> None:
        urls = tuple(f"{server}/{path}" if ":" not in path else path for path in paths)
        monkeypatch.setitem(manifest.FILES, "tiny", dataclasses.replace(tiny.entry, urls=urls))

    return at


def refusal() -> str:
    with pytest.raises(RunError) as caught:
        load("tiny")
    assert "\n" not in str(caught.value)
    return str(caught.value)


@loopback
@pytest.mark.parametrize("path", ["good", "moved"])
def test_weights_that_are_nowhere_else_are_downloaded_and_cached(tiny, publish, path):
    publish(path)
    assert status("tiny").origin == "download"
    loaded = load("tiny")
    assert all(torch.equal(loaded[name], value) for name, value in tiny.tensors.items())
    assert status("tiny").origin == "cache"


@loopback
def test_the_next_address_is_tried_when_one_fails(publish):
    publish("gone", "changed", "good")
    assert load("tiny", up_to="conv1_1")


@loopback
@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("changed", "is not the pinned"),
        ("short", "broken off after 500 of"),
        ("endless", "more than the"),
        ("gone", "the server answered 404 Not Found"),
        ("astray", "'http' is not allowed, only https"),
    ],
)
def test_a_bad_answer_is_refused_in_one_line_and_leaves_nothing(publish, tmp_path, path, reason):
    publish(path)
    line = refusal()
    assert line.startswith("weights 'tiny' could not be downloaded: http://127.0.0.1")
    assert reason in line
    assert not list(tmp_path.rglob("*.safetensors"))
    assert not list(tmp_path.rglob("*.tmp"))


@loopback
def test_a_server_that_says_nothing_is_given_up(publish, monkeypatch):
    monkeypatch.setattr(download, "TIMEOUT_SECONDS", 0.1)
    publish("silent")
    assert "no answer in time" in refusal()


@loopback
def test_a_server_that_is_not_there_is_given_up(publish):
    publish("http://127.0.0.1:9/good")
    assert "no answer" in refusal()


@pytest.mark.parametrize("url", ["http://weights.invalid/tiny", "file:///etc/passwd", "ftp://weights.invalid/tiny"])
def test_only_https_is_asked(tiny, monkeypatch, url):
    tiny.uninstall()
    monkeypatch.setitem(manifest.FILES, "tiny", dataclasses.replace(tiny.entry, urls=(url,)))
    assert "is not allowed, only https" in refusal()


@loopback
def test_offline_means_offline_and_says_so(publish, monkeypatch):
    publish("good")
    monkeypatch.setenv("IMPASTO_OFFLINE", "1")
    assert "unset IMPASTO_OFFLINE to download them" in refusal()
    assert status("tiny").origin == "none"
    monkeypatch.setenv("IMPASTO_OFFLINE", "0")
    assert load("tiny")


@loopback
def test_a_package_is_preferred_to_the_network(tiny, server, monkeypatch):
    monkeypatch.setitem(manifest.FILES, "tiny", dataclasses.replace(tiny.entry, urls=(f"{server}/gone",)))
    assert load("tiny")
