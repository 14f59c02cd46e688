"""The page as a person meets it, in a real browser: a photo goes in, and what comes out is what Python paints.

Needs onnxruntime-web: `impasto export --web cin -o DIR --fetch-runtime` puts it into the cache once.
"""

import contextlib
import threading
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import impasto
from impasto.core import UsageError
from impasto.export import runtime, write_web
from impasto.export.serve import make_server

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

FINISHED = "#stage[data-finished]"
EXACT = {"engine": "torch", "precision": "float32", "device": "cpu"}
LEVELS = 1  # of 255: both compute in float32, and what lies between two levels may be rounded either way


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a page with a network of many styles, one of any style and one of a single style."""
    folder = tmp_path_factory.mktemp("site")
    try:
        found = runtime.find()
    except UsageError as error:
        pytest.skip(str(error))
    write_web(["cin", "ghiasi", "johnson_udnie"], folder, found)
    with serving(folder) as address:
        yield address


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[str]:
    with make_server(folder) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def page(chromium: Any, site: str, request: pytest.FixtureRequest) -> Iterator[Any]:
    """The page; parametrize it with options of a browser context. Fails for requests that leave the folder."""
    with opened(chromium, site, **getattr(request, "param", {})) as page:
        yield page


@contextlib.contextmanager
def opened(chromium: Any, address: str, **options: Any) -> Iterator[Any]:
    context = chromium.new_context(**options)
    page = context.new_page()
    page.set_default_timeout(120_000)
    wrong: list[str] = []
    page.on("request", lambda r: None if r.url.startswith((address, "data:", "blob:")) else wrong.append(r.url))
    page.on("response", lambda r: wrong.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.goto(address)
    page.wait_for_selector("html[data-ready]")
    yield page
    context.close()
    assert not wrong


def choose(page: Any, style: str) -> None:
    page.click(f'#styles [data-name="{style}"]')


def finished(page: Any, style: str) -> np.ndarray:
    """The file that the page offers when that style is painted, as pixels."""
    page.wait_for_selector(f'#stage[data-finished$="-{style}"]')
    with page.expect_download() as download:
        page.click("#download")
    return np.asarray(Image.open(BytesIO(download.value.path().read_bytes())), np.int16)[..., :3]


def expected(photo: Path, *more: Any, **options: Any) -> np.ndarray:
    painted = impasto.stylize(photo, *more, size=96, **EXACT, **options).picture
    return np.rint(painted * 255).astype(np.int16)


@pytest.mark.parametrize(
    ("style", "method", "named"), [("starry-night", "cin", "starry-night"), ("udnie-2", "johnson", "udnie")]
)
def test_the_picture_is_the_one_that_python_paints(page, photo, style, method, named):
    choose(page, style)
    page.set_input_files("#file", photo)
    found = finished(page, style)
    difference = np.abs(found - expected(photo, method=method, style_name=named))
    assert difference.max() <= LEVELS
    assert np.abs(found - np.asarray(Image.open(photo), np.int16)).mean() > 10, "nothing was painted"


@pytest.mark.parametrize("size", [(61, 95), (16, 41)])
def test_odd_and_narrow_photos_are_continued_as_python_does(page, tmp_path, painted, size):
    photo = tmp_path / "odd.png"
    Image.fromarray(np.rint(painted(*size, seed=3) * 255).astype(np.uint8)).save(photo)
    page.set_input_files("#file", photo)
    choose(page, "the-scream")
    found = finished(page, "the-scream")
    wanted = impasto.stylize(photo, method="cin", style_name="the-scream", size=max(size), **EXACT).picture
    assert np.abs(found - np.rint(wanted * 255)).max() <= LEVELS


def test_a_painting_of_ones_own(page, photo, tmp_path, painted):
    painting = (
        tmp_path / "mine.png"
    )  # as large as the photo: nothing has to be resized, which browsers do their own way
    Image.fromarray(np.rint(painted(80, 96, seed=2, warmth=0.8) * 255).astype(np.uint8)).save(painting)
    page.set_input_files("#file", photo)
    page.set_input_files("#own", painting)
    found = finished(page, "own")
    assert np.abs(found - expected(photo, painting, method="ghiasi")).max() <= LEVELS


def test_strength_and_size(page, photo):
    page.set_input_files("#file", photo)
    choose(page, "starry-night")
    finished(page, "starry-night")
    page.evaluate("document.getElementById('stage').removeAttribute('data-finished')")
    page.fill("#strength", "40")
    half = finished(page, "starry-night")
    wanted = expected(photo, method="cin", style_name="starry-night", strength=0.4)
    assert np.abs(half - wanted).max() <= 2 * LEVELS  # what is blended is rounded already
    page.set_input_files("#file", Path(impasto.__file__).parent / "assets" / "photos" / "cat.jpg")
    page.select_option("#size", "256")
    page.wait_for_selector('#line:text-matches("^256 × .* in ")')


def test_threads_where_the_page_is_isolated_and_one_elsewhere(chromium, site, photo, monkeypatch):
    with opened(chromium, site) as page:
        assert page.evaluate("crossOriginIsolated")
        cores = page.evaluate("navigator.hardwareConcurrency")
        assert page.get_attribute("html", "data-threads") == str(min(cores, 8))
    monkeypatch.setattr("impasto.export.serve.HEADERS", {})
    with opened(chromium, site) as page:
        assert not page.evaluate("crossOriginIsolated")
        page.set_input_files("#file", photo)
        page.wait_for_selector(FINISHED)
        assert "on one thread" in page.inner_text("#line")


def test_a_photo_dropped_and_before_beside_after(page, photo):
    data = page.evaluate_handle(
        """bytes => { const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], 'dropped.png', { type: 'image/png' })); return data; }""",
        list(photo.read_bytes()),
    )
    page.dispatch_event("#stage", "drop", {"dataTransfer": data})
    page.wait_for_selector('#stage[data-finished^="dropped-"]')
    box = page.locator("#stage").bounding_box()
    page.mouse.click(box["x"] + 0.25 * box["width"], box["y"] + 0.8 * box["height"])
    assert page.get_attribute("#divider", "aria-valuenow") == "25"
    page.focus("#divider")
    page.keyboard.press("ArrowRight")
    assert page.get_attribute("#divider", "aria-valuenow") == "30"


def test_the_camera(page):
    page.select_option("#size", "256")
    page.click("#camera")
    page.wait_for_selector("#live:visible")
    page.click("#take")
    page.wait_for_selector('#stage[data-finished^="camera-"]')
    assert page.is_visible("#download")
    assert not page.is_visible("#live")


def test_a_photo_chosen_while_the_camera_is_open_closes_it(page, photo):
    page.click("#camera")
    page.wait_for_selector("#live:visible")
    page.set_input_files("#file", photo)
    page.wait_for_selector(FINISHED)
    assert page.evaluate("document.getElementById('live').srcObject") is None
    assert page.is_visible("#after")
    assert not page.is_visible("#live")


def test_what_is_no_picture_is_said_so_and_forgotten(page, photo, tmp_path):
    (tmp_path / "notes.png").write_text("no picture")
    page.set_input_files("#file", tmp_path / "notes.png")
    page.wait_for_selector("#line.bad")
    assert page.inner_text("#line") == "notes.png: not a picture that this browser can read"
    page.set_input_files("#file", photo)
    page.wait_for_selector(FINISHED)
    assert page.query_selector("#line.bad") is None


def test_after_a_failure_the_next_try_begins_anew(chromium, site, photo):
    context = chromium.new_context()
    page = context.new_page()
    context.route("**/cin.onnx", lambda route: route.fulfill(status=404))
    page.goto(site)
    page.wait_for_selector("html[data-ready]")
    page.set_input_files("#file", photo)
    page.wait_for_selector("#line.bad")
    assert page.inner_text("#line") == "cin.onnx cannot be read (404)"
    context.unroute("**/cin.onnx")
    choose(page, "starry-night")
    assert finished(page, "starry-night").shape == (64, 96, 3)
    context.close()


def test_a_folder_without_its_runtime_says_so(chromium, tmp_path):
    write_web(["johnson_udnie"], tmp_path, runtime.Runtime("0", {}))
    with serving(tmp_path) as address:
        context = chromium.new_context()
        page = context.new_page()
        page.goto(address)
        page.wait_for_selector("#line.bad")
        assert "did not start" in page.inner_text("#line")
        context.close()


PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}


@pytest.mark.parametrize("page", [PHONE | {"color_scheme": "dark"}], indirect=True)
def test_a_phone_shows_all_without_scrolling_sideways(page, photo):
    page.set_input_files("#file", photo)
    page.wait_for_selector(FINISHED)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(25, 23, 21)"
    for control in ("#download", "#camera", "label[for=file]", "#size", "#strength"):
        assert page.locator(control).bounding_box()["x"] + page.locator(control).bounding_box()["width"] <= 390
