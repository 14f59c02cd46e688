"""The page behind its guard, without a browser: what is served, what is closed, who comes in."""

import asyncio
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from impasto.core import InputError, UsageError
from impasto.service.desk import Desk
from impasto.service.guard import COOKIE, session
from impasto.service.options import ServiceOptions
from impasto.studio.shelf import Shelf, title
from impasto.studio.wishes import Wish, at_once, make_order

TOKEN = "a-token-of-some-length"
HOME = "http://127.0.0.1:7860"


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """The whole application with a token; its desk stays closed, since nothing here paints."""
    from impasto.studio.app import make_studio

    options = ServiceOptions(folder=str(tmp_path_factory.mktemp("home")), threads=1)
    return TestClient(make_studio(Desk(options), TOKEN), HOME, follow_redirects=False)


@pytest.fixture
def inside(studio: TestClient) -> TestClient:
    studio.cookies.set(COOKIE, session(TOKEN))
    yield studio
    studio.cookies.clear()


def test_who_has_no_token_gets_a_door_and_nothing_else(studio):
    asked = studio.get("/", headers={"accept": "text/html"})
    assert (asked.status_code, asked.headers["location"]) == (303, "/login")
    for path in ("/config", "/gradio_api/startup-events", "/v1/methods", "/theme.css", "/assets/index.js"):
        assert studio.get(path).status_code == 401, path
    assert "password" in studio.get("/login").text
    assert studio.post("/login", data={"token": "wrong"}).status_code == 401
    for opened in (studio.post("/login", data={"token": TOKEN}), studio.get("/login", params={"token": TOKEN})):
        assert (opened.status_code, opened.headers["location"]) == (303, "/")
        cookie = opened.headers["set-cookie"]
        assert all(word in cookie for word in ("HttpOnly", "SameSite=strict"))
        assert TOKEN not in cookie


def test_the_page_loads_nothing_from_elsewhere_and_says_so(inside):
    page = inside.get("/", headers={"accept": "text/html"})
    assert page.status_code == 200
    assert "impasto" in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "http:" not in policy
    assert "https:" not in policy
    assert page.headers["x-frame-options"] == "DENY"
    config = inside.get("/config").json()
    assert config["analytics_enabled"] is False
    # Gradio writes a description of every event, with every palette in it, into the page where nobody keeps it from that.
    assert len(page.content) < 400_000


def test_scripts_styles_and_small_pictures_are_fetched_once_and_packed_for_those_far_away(inside):
    name = next(part for part in inside.get("/").text.split('"') if part.endswith(".js") and "/assets/" in part)
    name = "/assets/" + name.rpartition("/")[2]
    script = inside.get(name)
    assert "immutable" in script.headers["cache-control"]
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["content-encoding"] == "gzip"  # the test's client has no address
    small = inside.get("/thumbs/bundled:starry_night.jpg")
    assert (small.headers["content-type"], small.headers["cache-control"]) == (
        "image/jpeg", "private, max-age=86400, immutable",
    )  # fmt: skip
    for wrong in ("/assets/..%2findex.html", "/assets/none.js", "/thumbs/..%2fsecret", "/thumbs/x"):
        assert inside.get(wrong).status_code in (403, 404), wrong


def test_a_gradio_that_cannot_do_without_its_luggage_is_imported_with_it(monkeypatch):
    from impasto.studio import imports

    tried = []
    monkeypatch.setattr(
        imports, "import_module", lambda name: tried.append(name) or (1 / 0 if len(tried) == 1 else name)
    )
    monkeypatch.setattr(imports.sys, "modules", dict(imports.sys.modules))
    assert imports.import_gradio() == "gradio"
    assert tried == ["gradio", "gradio"]
    assert "gradio" not in imports.sys.modules


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/proxy=http://127.0.0.1:1/", "/gradio_api/file=http://127.0.0.1:1/", "/gradio_api/info", "/gradio_api/runs",
        "/gradio_api/run/predict", "/gradio_api/call/predict", "/monitoring", "/docs", "/gradio_api/openapi.json",
    ],
)  # fmt: skip
def test_what_the_page_does_not_use_is_closed(inside, path):
    assert inside.get(path).status_code == 404
    assert inside.post(path, json={}).status_code == 404


def test_files_of_the_server_are_not_handed_out(inside):
    home = inside.app.app.state.desk.home
    (home / "jobs").mkdir(exist_ok=True)
    (home / "jobs" / "secret.txt").write_text("x")
    for path in (
        "/etc/passwd",
        str(home / "secret"),
        str(home / "jobs" / "secret.txt"),
        str(home / "gradio" / ".." / "secret"),
    ):
        answer = inside.get(f"/gradio_api/file={path}")
        assert answer.status_code in (403, 404), path
        assert "root:" not in answer.text


def file(path: str) -> dict[str, Any]:
    return {"path": path, "url": path, "meta": {"_type": "gradio.FileData"}}


@pytest.mark.parametrize(
    "path", ["http://127.0.0.1:1/x.png", "https://example.org/x.png", "/etc/passwd", "file:///etc/passwd", 7]
)
@pytest.mark.usefixtures("studio")  # Gradio comes with it, the quick way
def test_a_path_or_address_in_a_clients_data_is_never_opened(path):
    import gradio as gr

    from impasto.studio.blocks import refuse_foreign_files

    for value in (file(path), [file(path)], {"a": {"b": [1, {"c": file(path)}]}}):
        with pytest.raises(gr.Error, match="uploaded here"):
            refuse_foreign_files([value])
    deep: Any = file(path)
    for _ in range(40):
        deep = [deep]
    with pytest.raises(gr.Error, match="nested"):
        refuse_foreign_files(deep)
    refuse_foreign_files([{"items": [], "chosen": [{"id": "bundled:x"}]}, None, 3, "text"])


def test_every_event_of_the_page_looks_its_data_over(studio):
    import gradio as gr

    blocks = studio.app.app.state.blocks
    events = [event for event in blocks.fns.values() if event.inputs]
    assert len(events) > 10
    for event in events:
        for place in range(len(event.inputs)):
            data: list[Any] = [None] * len(event.inputs)
            data[place] = file("http://127.0.0.1:1/x.png")
            with pytest.raises(gr.Error, match="uploaded here"):
                asyncio.run(blocks.preprocess_data(event, data, None))


@pytest.fixture
def shelf(tmp_path) -> Shelf:
    return Shelf(tmp_path / "shelf", 100_000, 10**6)


@pytest.fixture
def own(photo) -> bytes:
    return photo.read_bytes()


def test_paintings_on_the_shelf_have_names_small_copies_and_an_end(shelf, own):
    key = shelf.put(own, "../My own.png")
    assert shelf.get(key) == (own, "My own.png")
    item = shelf.item(key)
    assert item["title"] == "My own"
    assert item["thumb"].startswith(f"/thumbs/{key}?")
    assert all(shelf.thumb(k)[:3] == b"\xff\xd8\xff" for k in (key, "bundled:starry_night.jpg", "zoo:udnie"))
    assert shelf.get("bundled:starry_night.jpg")[1] == "starry_night.jpg"
    for wrong in ("bundled:../../secret", "../secret", "x" * 32, ""):
        for asked in (shelf.get, shelf.thumb):
            with pytest.raises((InputError, UsageError)):
                asked(wrong)
    with pytest.raises(InputError, match="megapixels"):
        shelf.put(_png(400, 400), "large.png")
    shelf.sweep(24)
    assert shelf.get(key)
    shelf.sweep(0)
    with pytest.raises(InputError, match="no longer there"):
        shelf.get(key)
    assert title("the_scream.jpg") == "The scream"


def _png(height: int, width: int) -> bytes:
    target = BytesIO()
    Image.fromarray(np.zeros((height, width, 3), np.uint8)).save(target, "PNG")
    return target.getvalue()


def test_a_wish_becomes_an_order_with_what_its_method_takes(shelf, own, photo):
    key = shelf.put(own, "own.png")
    chosen = [{"id": key, "weight": 2}, {"id": "bundled:great_wave.jpg", "weight": 1}]
    kept = {"masks": [key, key], "style_masks:1": [key], "fine_style": [key]}
    order, pictures = make_order(Wish(str(photo), chosen, "gatys", kept=kept, options={"steps": 3}), shelf)
    assert [(s.role, s.name) for s in order.sheets] == [
        ("content", "photo.png"), ("styles", "own.png"), ("styles", "great_wave.jpg"), ("masks", "own.png"), ("masks", "own.png"),
        ("style_masks", "whole-1.png"), ("style_masks", "own.png"), ("extras", "own.png"),
    ]  # fmt: skip
    assert set(pictures) == {sheet.file for sheet in order.sheets}
    plain, _ = make_order(Wish(str(photo), chosen, "xdog", kept=kept), shelf)
    assert [sheet.role for sheet in plain.sheets] == ["content"]
    alone, _ = make_order(Wish(str(photo), chosen, "texture"), shelf)
    assert [sheet.role for sheet in alone.sheets] == ["styles", "styles"]
    with pytest.raises(UsageError, match="no option"):
        make_order(Wish(str(photo), chosen, "gatys", options={"stepps": 3}), shelf)
    with pytest.raises(UsageError, match="weight"):
        make_order(Wish(str(photo), [{"id": key, "weight": -1}], "gatys"), shelf)


def test_styles_by_name_lead_to_the_method_that_knows_them(shelf, photo):
    one, two = {"id": "zoo:belle-ile", "weight": 1}, {"id": "zoo:udnie", "weight": 3}
    for current in ("gatys", "adain", "xdog"):
        wish = at_once(Wish(str(photo), [one], current, options={"size": 99}))
        assert (wish.method, wish.options) == ("cin", {})
    order, pictures = make_order(wish, shelf)
    assert (order.options, len(pictures)) == ({"style_name": "belle-ile"}, 1)
    again = at_once(Wish(str(photo), [one], "cin", options={"size": 99, "style_name": "udnie"}))
    assert make_order(again, shelf)[0].options == {"size": 99, "style_name": "belle-ile"}
    assert at_once(Wish(str(photo), [two], "gatys")).method == "johnson"
    blend = make_order(at_once(Wish(str(photo), [one, two], "johnson")), shelf)[0]
    assert (blend.method, blend.options) == ("cin", {"style_name": "belle-ile:1,udnie:3"})
    # A painting chosen after a style by name is painted by what looks at paintings.
    assert at_once(Wish(str(photo), [{"id": "bundled:great_wave.jpg"}], "cin")).method == "alla_prima"


def test_a_film_and_its_settings_become_an_order(shelf, tmp_path):
    (tmp_path / "clip.mp4").write_bytes(b"a film")
    chosen = [{"id": "bundled:great_wave.jpg", "weight": 1}]
    wish = Wish(None, chosen, "adain", format="webm", clip=str(tmp_path / "clip.mp4"), film={"end": 2.0})
    order, pictures = make_order(wish, shelf)
    assert [sheet.role for sheet in order.sheets] == ["clip", "styles"]
    assert (order.film, order.format, pictures[order.sheets[0].file]) == ({"end": 2.0}, "webm", b"a film")


def test_a_method_that_looks_at_paintings_gets_the_one_behind_a_name_where_it_is_here(shelf, photo):
    order, _ = make_order(Wish(str(photo), [{"id": "zoo:great-wave", "weight": 1}], "gatys"), shelf)
    assert [sheet.name for sheet in order.of("styles")] == ["great_wave.jpg"]
    with pytest.raises(InputError, match=r"Belle-Île, Rain Effect: .* needs a painting"):
        make_order(Wish(str(photo), [{"id": "zoo:belle-ile", "weight": 1}], "gatys"), shelf)
    for wrong in ("zoo:", "zoo:../../secret", "zoo:no-such-style"):
        with pytest.raises((InputError, UsageError)):
            make_order(Wish(str(photo), [{"id": wrong, "weight": 1}], "gatys"), shelf)


def jpeg(height: int = 48, width: int = 64) -> bytes:
    target = BytesIO()
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    Image.fromarray(pixels).save(target, "JPEG")
    return target.getvalue()


def test_what_a_camera_is_painted_in_comes_from_the_palette_and_nowhere_else(shelf):
    from impasto.studio.mirror import asked, look_of

    look = look_of("alla_prima", ["bundled:great_wave.jpg", "bundled:the_scream.jpg"], ["3", "1"], shelf)
    assert (look.method, look.options) == ("alla_prima", ())
    assert [(name, weight) for _, name, weight in look.styles] == [("great_wave.jpg", 3), ("the_scream.jpg", 1)]
    assert look_of("alla_prima", ["zoo:udnie"], [], shelf).options == (("style_name", "udnie"),)
    for method, styles, weights in [
        ("gatys", ["bundled:great_wave.jpg"], []), ("no_method", [], []), ("alla_prima", ["../secret"], []),
        ("alla_prima", ["bundled:../secret"], []), ("alla_prima", ["bundled:great_wave.jpg"], ["nan"]),
        ("alla_prima", ["bundled:great_wave.jpg"] * 9, []), ("johnson", ["zoo:/etc/passwd"], []),
    ]:  # fmt: skip
        with pytest.raises((InputError, UsageError)):
            look_of(method, styles, weights, shelf)
    assert asked({"chosen": []}, "alla_prima", 480) == {"ask": None, "size": 480}
    assert asked({"chosen": [{"id": "zoo:udnie", "weight": 2}]}, "johnson", 320) == {
        "ask": "/live?method=johnson&style=zoo%3Audnie&weight=2", "size": 320,
    }  # fmt: skip


def test_a_frame_comes_back_painted_or_is_dropped_at_once(inside, monkeypatch):
    mirror = inside.app.app.state.desk.painters.mirror
    meant: list[Any] = []

    def paint(task: Any, **_: Any) -> dict[str, Any]:
        meant.append(task)
        other = inside.post(address, content=b"another")  # of the same visitor, while this one is on its way
        assert (other.status_code, other.headers["retry-after"]) == (429, "1")
        return {"state": "painted", "jpeg": b"painted"}

    monkeypatch.setattr(mirror.worker, "call", paint)
    address = "/live?method=johnson&style=zoo:udnie&tab=1"
    assert inside.post(address, content=b"frame").content == b"painted"
    assert (meant[0].frame, meant[0].look.method) == (b"frame", "johnson")
    assert inside.post("/live?method=gatys", content=b"frame").status_code == 422
    assert inside.post(address, content=b"x" * 4_000_001).status_code == 413
    monkeypatch.setattr(
        mirror.worker, "call", lambda *_, **__: {"state": "failed", "kind": "input", "error": "no JPEG."}
    )
    assert inside.post(address, content=b"frame").text == "no JPEG."
    assert not mirror._visitors


def test_frames_are_painted_by_what_was_prepared_for_the_first_of_their_size(photo):
    from impasto.service.live import Look, _job, paint_frame
    from impasto.service.worker import Setup

    look = Look("colour_transfer", (), ((photo.read_bytes(), "photo.png", 1.0),))
    setup = Setup(ServiceOptions(max_megapixels=0.01).limits(), 1)
    _job.cache_clear()
    sizes = [(48, 64), (48, 64), (40, 40)]
    for height, width in sizes:
        painted = Image.open(BytesIO(paint_frame(look, jpeg(height, width), setup)))
        assert (painted.height, painted.width) == (height, width)
    assert _job.cache_info().misses == 2
    for wrong, why in ((b"\x89PNG", "no JPEG"), (b"\xff\xd8\xff", "JPEG"), (jpeg(200, 200), "megapixels")):
        with pytest.raises(InputError, match=why):
            paint_frame(look, wrong, setup)


def test_the_same_told_twice_is_an_echo_unless_something_was_in_between():
    from impasto.studio.echoes import MOST_PLACES, Echoes

    echoes = Echoes()
    assert [echoes.is_echo("tab", what) for what in (1, 1, 2, 1)] == [False, True, False, False]
    assert not echoes.is_echo("another tab", 1)
    assert not echoes.is_echo("tab", 1, seconds=-1)
    echoes.forget("tab")
    assert not echoes.is_echo("tab", 1)
    for place in range(MOST_PLACES):
        echoes.is_echo(str(place), 1)
    assert not echoes.is_echo("tab", 1)


def test_a_choice_that_gradio_tells_four_times_is_painted_once(tmp_path, photo, shelf):
    from impasto.studio.bench import Bench

    bench = Bench(Desk(ServiceOptions(folder=str(tmp_path))), shelf)
    painted: list[Wish] = []

    async def submit(wish: Wish) -> tuple[str, Any]:
        painted.append(wish)
        return str(len(painted)), wish

    async def follow(job_id: str, _: Any) -> Any:
        yield {"state": "done", "id": job_id}

    bench.submit, bench.follow = submit, follow  # type: ignore[method-assign, assignment]

    async def paint(wish: Wish, asked: bool = False) -> list[Any]:
        return [value async for value, *_ in bench.paint(wish, "tab", asked)]

    async def visit() -> None:
        wish = Wish(str(photo), [{"id": "bundled:great_wave.jpg", "weight": 1}], "alla_prima")
        told = await asyncio.gather(*(paint(wish) for _ in range(4)))
        assert sorted(map(len, told)) == [0, 0, 0, 1]
        assert await paint(wish, asked=True), "somebody pressed the button"
        assert await paint(wish), "another picture may stand on the easel since"
        assert len(painted) == 3

    asyncio.run(visit())
