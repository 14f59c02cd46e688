"""Orders in JSON: the same picture as from a form, with pictures in base64 or sent ahead."""

import base64
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from impasto.core import InputError
from impasto.service.uploads import Uploads

from .conftest import PAINTING, PHOTO, film


def inline(data: bytes, **extra: Any) -> dict[str, Any]:
    return {"data": base64.b64encode(data).decode(), **extra}


def test_an_order_in_json_makes_the_picture_of_the_form(client):
    ahead = client.post("/v1/uploads", content=PAINTING, params={"name": "../mine.png"})
    assert ahead.status_code == 201
    styles = [{"upload": ahead.json()["id"], "weight": 2}, inline(PHOTO, name="b.png")]
    body = {
        "method": "colour_transfer",
        "options": {"strength": 0.5},
        "seed": 3,
        "content": inline(PHOTO),
        "styles": styles,
    }
    answer = client.post("/v1/jobs", json=body)
    assert answer.status_code == 202, answer.text
    form = client.order(
        files=[("content", PHOTO), ("styles", PAINTING), ("styles", PHOTO)],
        options={"strength": 0.5},
        seed="3",
        weights=[2, 1],
    )
    jobs = [client.wait(found.json()["id"]) for found in (answer, form)]
    one, two = (np.asarray(Image.open(BytesIO(client.get(job["links"]["result"]).content))) for job in jobs)
    np.testing.assert_array_equal(one, two)
    seen = client.get(jobs[0]["links"]["report"]).json()["inputs"]["styles"]
    assert [(style["name"], style["weight"]) for style in seen] == [("mine.png", 2), ("b.png", 1)]


def test_a_film_in_json(client):
    body = {
        "clip": inline(film(3)),
        "method": "colour_transfer",
        "styles": [inline(PAINTING)],
        "film": {"sound": False},
    }
    answer = client.post("/v1/videos", json=body)
    assert answer.status_code == 202, answer.text
    assert client.wait(answer.json()["id"])["state"] == "done"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"content": "photo.jpg"}, 'a picture must be {"data": base64} or {"upload": id}'),
        ({"content": {"url": "http://127.0.0.1/"}}, 'a picture must be {"data": base64}'),
        ({"content": inline(PHOTO, upload="x")}, "a picture must be"),
        ({"content": inline(PHOTO, path="/etc/passwd")}, "path"),
        ({"content": {"data": "no base64!"}}, "must be base64"),
        ({"content": {"data": 3}}, "must be base64"),
        ({"content": {"upload": "../../secret"}}, "none of that id"),
        ({"content": {"upload": "x" * 32}}, "none of that id"),
        ({"content": inline(b"text")}, "no picture"),
        ({"content": inline(PHOTO, name=3)}, "name must be a text"),
        ({"options": "{}"}, "options: this must be an object"),
        ({"seed": "3"}, "seed: this must be a whole number"),
        ({"seed": True}, "seed: this must be a whole number"),
        ({"seed": -1}, "seed"),
        ({"measure": "true"}, "measure: this must be true or false"),
        ({"method": ["adain"]}, "method: this must be a name"),
        ({"weights": [1]}, "weights: given twice"),
        ({"mothod": "adain"}, "mothod"),
    ],
)
def test_what_is_wrong_in_json_is_said_in_one_line(client, change, complaint):
    body = {"method": "colour_transfer", "content": inline(PHOTO), "styles": [inline(PAINTING, weight=1)]} | change
    answer = client.post("/v1/jobs", json=body)
    assert answer.status_code == 422, answer.text
    detail = answer.json()["detail"]
    assert complaint in detail or (complaint == "no picture" and "reads" in detail)
    assert "\n" not in detail


def test_bodies_that_are_no_object_or_too_large_are_refused(client):
    headers = {"content-type": "application/json"}
    for body in (b"", b"[]", b"3", b"[" * 100_000, b"\xff"):
        assert client.post("/v1/jobs", content=body, headers=headers).status_code == 422
    assert client.post("/v1/jobs", content=b" " * 1_100_000, headers=headers).status_code == 413
    assert client.post("/v1/uploads", content=b" " * 1_100_000).status_code == 413
    assert client.post("/v1/uploads", content=b"text").status_code == 422


def test_uploads_are_kept_as_long_as_they_are_young_and_there_is_room(tmp_path):
    uploads = Uploads(tmp_path, 2 * len(PHOTO) + 10)
    keys = [uploads.put(PHOTO, f"{n}.png") for n in range(3)]
    with pytest.raises(InputError, match="none of that id"):
        uploads.get(keys[0])
    assert uploads.get(keys[2]) == (PHOTO, "2.png")
    uploads.sweep(24)
    assert uploads.get(keys[1])[1] == "1.png"
    uploads.sweep(0)
    assert not list(tmp_path.iterdir())
