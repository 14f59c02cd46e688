"""What the service does not let in: wrong orders, files that are no pictures or too much of one, strangers."""

import struct
import zlib
from io import BytesIO
from typing import Annotated, Any

import pytest
from PIL import Image

from impasto.core import PictureOptions, RunError, UsageError
from impasto.service.desk import Desk
from impasto.service.guard import same, session
from impasto.service.options import ServiceOptions, read_token
from impasto.service.orders import check_settings, clean_name, file_options

from .conftest import HOME, PAINTING, PHOTO, picture


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, rows: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def gif() -> bytes:
    target = BytesIO()
    Image.new("RGB", (8, 8)).save(target, "GIF")
    return target.getvalue()


JPEG = picture(format="JPEG")
BAD_PICTURES = {
    "empty": b"",
    "truncated PNG": PHOTO[: len(PHOTO) // 2],
    "truncated JPEG": JPEG[: len(JPEG) // 2],
    "text": b"GET / HTTP/1.1\r\n\r\n",
    "html": b"<html><script>alert(1)</script></html>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
    "gif": gif(),
    "tiff": picture(format="TIFF"),
    "a path": b"/etc/passwd",
    "an address": b"http://169.254.169.254/latest",
    "huge dimensions": png(60_000, 60_000, b"\0"),
    "bomb": png(20_000, 4_000, bytes(20_001 * 4_000)),
    "no dimensions": png(0, 10, b"\0"),
    "a PNG that is none": b"\x89PNG\r\n\x1a\n" + bytes(200),
    "a JPEG that is none": b"\xff\xd8\xff" + bytes(range(256)),
    "too many pixels": picture(300, 300),
}


@pytest.mark.parametrize("data", BAD_PICTURES.values(), ids=BAD_PICTURES)
def test_what_is_no_usable_picture_is_refused_in_one_line(client, desk, data):
    answer = client.order(files=[("content", data), ("styles", PAINTING)])
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    detail = answer.json()["detail"]
    assert detail.startswith("content")
    assert "\n" not in detail
    assert str(desk.home) not in detail
    assert not [job for job in desk.live if not desk.folder(job).path.exists()]


def test_a_polyglot_leaves_as_nothing_but_its_pixels(client):
    polyglot = JPEG + b"<script>alert(1)</script>PK\x03\x04"
    job = client.wait(client.order(files=[("content", polyglot), ("styles", PAINTING)]).json()["id"])
    assert job["state"] == "done"
    for link in ("result", "before", "thumb"):
        answer = client.get(f"/v1/jobs/{job['id']}/{link}")
        assert b"<script>" not in answer.content
        assert answer.headers["content-type"].startswith("image/")
        assert answer.headers["x-content-type-options"] == "nosniff"


WRONG = {
    "no method": ({"method": "gatis"}, "Did you mean 'gatys'?"),
    "no option": ({"options": {"strenght": 1}}, "Did you mean 'strength'?"),
    "option out of range": ({"options": {"strength": 7}}, "strength: must be"),
    "options no object": ({"options": [1]}, "options: this must be an object"),
    "options no JSON": ({"options": "{"}, "options: this must be JSON"),
    "options nested deep": ({"options": "[" * 50_000}, "options: this must be JSON"),
    "no preset": ({"preset": "papr"}, "no preset 'papr'"),
    "method and quality": ({"quality": "fast"}, "quality"),
    "seed": ({"seed": "-1"}, "seed: must be"),
    "seed text": ({"seed": "one"}, "seed: must be"),
    "format": ({"format": "gif"}, "no format 'gif'"),
    "measure": ({"measure": "perhaps"}, "measure: must be"),
    "weights": ({"weights": [1, 2]}, "weights: 2 for 1 styles"),
    "weight below 0": ({"weights": [-1]}, "weights: each must be"),
    "weight NaN": ({"weights": "[NaN]"}, "weights: each must be"),
    "a path for a picture": ({"content": "/etc/passwd"}, "this server opens no path"),
    "an address": ({"styles": "http://localhost/"}, "this server opens no path"),
    "an unknown field": ({"devise": "cuda"}, "no field 'devise'"),
    "a run option": ({"options": {"threads": 64}}, "no option 'threads'"),
    "too large a result": ({"options": {"size": 4000}}, "more than the 0.02 megapixels"),
}


@pytest.mark.parametrize(("fields", "reason"), WRONG.values(), ids=WRONG)
def test_a_wrong_order_is_refused_in_one_line(client, fields, reason):
    answer = client.order(**fields)
    assert answer.status_code == 422, answer.text
    assert reason in answer.json()["detail"]


def test_pictures_a_method_has_no_use_for_or_misses_are_refused(client):
    for files, reason in (
        ([], "needs one to repaint"),
        ([("content", PHOTO)], "no style picture"),
        ([("content", PHOTO), ("content", PHOTO)], "content: given twice"),
        ([("content", PHOTO), ("styles", PAINTING), ("guide", PHOTO)], "no input 'guide'"),
        ([("content", PHOTO), ("styles", PAINTING), ("masks", PHOTO)], "takes no masks"),
    ):
        answer = client.order(files=files)
        assert answer.status_code in (415, 422)
        assert reason in answer.json()["detail"] or not files


def test_too_many_bytes_are_refused_whether_announced_or_not(client):
    assert client.order(files=[("content", bytes(2_000_000))]).status_code == 413

    def dribble():
        for _ in range(40):
            yield bytes(50_000)

    answer = client.post("/v1/jobs", content=dribble(), headers={"content-type": "multipart/form-data; boundary=x"})
    assert answer.status_code == 413
    assert client.post("/v1/jobs", content=b"x", headers={"content-type": "text/plain"}).status_code == 415


def test_options_that_read_files_are_known_by_their_type(monkeypatch):
    from pathlib import Path

    from pydantic import Field

    from impasto import registry

    class Options(PictureOptions):
        lut: Annotated[Path | None, Field()] = None
        """A file."""

    assert file_options(Options) == {"lut"}
    assert file_options(registry.get("cin").options) == {"network"}
    method = registry.get("xdog")
    monkeypatch.setattr("impasto.service.orders.file_options", lambda _: frozenset({"size"}))
    with pytest.raises(UsageError, match="reads a file"):
        check_settings(method, None, {"size": 3})


@pytest.mark.parametrize(
    ("method", "option", "value"),
    [
        ("johnson", "style_name", "/etc/passwd.safetensors"),
        ("johnson", "style_name", "mine.safetensors"),
        ("cin", "style_name", {"starry-night": 1, "~/own": 1}),
        ("cin", "style_name", "starry-night,a.safetensors:2"),
        ("cin", "network", "mine"),
        ("text_effects", "font", "/usr/share/fonts/a.ttf"),
        ("text_effects", "font", "a.ttf"),
    ],
)
def test_no_value_of_a_client_opens_a_file(method, option, value):
    from impasto import registry

    with pytest.raises(UsageError, match=option):
        check_settings(registry.get(method), None, {option: value})


def test_plain_names_are_no_files():
    from impasto import registry

    check_settings(registry.get("cin"), None, {"style_name": "starry-night:2,great-wave"})
    check_settings(registry.get("text_effects"), None, {"font": "Noto Serif CJK SC", "text": "油画"})


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        (r"C:\me\a.jpg", "a.jpg"),
        ("<b>\n.png", "b.png"),
        (None, "content"),
        ("x" * 300, "x" * 80),
        ("/", "content"),
    ],
)
def test_names_of_uploads_are_shown_without_folders_or_markup(name, clean):
    assert clean_name(name, "content") == clean


TOKEN = "0123456789abcdef-token"


def test_a_token_is_asked_for_on_every_path_but_health(closed):
    client = closed(token=TOKEN)
    for path in ("/v1/methods", "/v1/metrics", "/v1/openapi.json", "/v1/jobs/" + "x" * 32, "/", "/nothing"):
        answer = client.get(path)
        assert answer.status_code == 401, path
        assert answer.headers["www-authenticate"] == "Bearer"
    assert client.order().status_code == 401
    assert client.get("/v1/health").status_code == 200
    for wrong in ("Bearer ", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", TOKEN, "Bearer é"):
        assert client.get("/v1/methods", headers={"authorization": wrong.encode("latin-1")}).status_code == 401
    assert client.get("/v1/methods", headers={"authorization": f"bearer {TOKEN}"}).status_code == 200
    assert client.get("/v1/methods", headers={"cookie": f"impasto={session(TOKEN)}"}).status_code == 200
    assert client.get("/v1/methods", headers={"cookie": f"impasto={TOKEN}"}).status_code == 401
    assert same("a", "a")
    assert not same("a", "b")


def test_tokens_that_protect_nothing_are_refused(tmp_path):
    options = ServiceOptions()
    assert read_token(options, None) is None
    assert read_token(options, TOKEN) == TOKEN
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    assert read_token(ServiceOptions(token_file=str(tmp_path / "token")), None) == TOKEN
    for wrong in ("short", "with a space in it...", "päßword-päßword-1"):
        with pytest.raises(UsageError, match="16 printable"):
            read_token(options, wrong)
    with pytest.raises(UsageError, match="cannot be read"):
        read_token(ServiceOptions(token_file=str(tmp_path / "none")), None)


def test_other_names_and_other_sites_pages_are_sent_away(client):
    assert client.get("/v1/health", headers={"host": "evil.example"}).status_code == 421
    assert client.get("/v1/health", headers={"host": "localhost:7860"}).status_code == 200
    answer = client.get("/v1/health", headers={"origin": "https://evil.example"})
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers
    assert client.get("/v1/health", headers={"origin": "null"}).status_code == 403
    assert client.get("/v1/health", headers={"origin": HOME}).status_code == 200


def test_sites_that_are_named_may_call(closed):
    site = "https://art.example"
    client = closed(token=TOKEN, cors_origins=site)
    asked = client.options("/v1/jobs", headers={"origin": site, "access-control-request-method": "POST"})
    assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (204, site)
    assert "authorization" in asked.headers["access-control-allow-headers"]
    answer = client.get("/v1/methods", headers={"origin": site, "authorization": f"Bearer {TOKEN}"})
    assert answer.headers["access-control-allow-origin"] == site
    assert client.get("/v1/methods", headers={"origin": site}).status_code == 401


def test_every_answer_carries_the_security_headers(client):
    for path in ("/v1/health", "/v1/methods/none", "/nothing"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "server" not in headers


def test_a_list_of_jobs_that_cannot_be_opened_later_is_told_to_whoever_serves(tmp_path, monkeypatch):
    def broken(*_: Any) -> None:
        raise RunError("the list of jobs cannot be opened: the file is no database.")

    monkeypatch.setattr("impasto.service.ledger.Ledger.open", broken)
    desk = Desk(ServiceOptions(folder=str(tmp_path)), warm=False)
    desk.open(soon=True)
    desk._warm_up()
    assert "no database" in str(desk.failure)
    desk.close()
    with pytest.raises(RunError, match="no database"):
        Desk(ServiceOptions(folder=str(tmp_path)), warm=False).open()
