"""Films through the REST API: painted with their sound, bounded, and no wider open than pictures."""

from io import BytesIO

import av
import pytest

from impasto.core import InputError, UsageError
from impasto.service.films import check_film, refuse_strange_film

from .conftest import PAINTING, PHOTO, film


def order(client, data=None, settings=None, **fields):
    files = [("clip", data or film()), ("styles", PAINTING)]
    return client.order(files=files, film=settings or {}, **fields)


def test_a_film_is_painted_with_its_sound_and_without_its_place(client):
    clip = film()
    assert b"+48.2082" in clip
    answer = order(client, clip, {"end": 0.6, "steady": 0})
    assert answer.status_code == 202, answer.text
    job = client.wait(answer.json()["id"])
    assert (job["state"], job["error"]) == ("done", None)
    result = client.get(job["links"]["result"])
    assert result.headers["content-type"] == "video/mp4"
    assert b"+48.2082" not in result.content
    with av.open(BytesIO(result.content)) as painted:
        assert [stream.type for stream in painted.streams] == ["video", "audio"]
        assert (painted.streams.video[0].width, painted.streams.video[0].height) == (64, 48)
        assert sum(1 for _ in painted.decode(video=0)) == 5
    report = client.get(job["links"]["report"]).json()
    assert (report["frames"], report["sound"], report["inputs"]["content"]["name"]) == (5, "copied", "clip.png")
    part = client.get(job["links"]["result"], headers={"range": "bytes=0-99"})  # as players ask
    assert (part.status_code, len(part.content)) == (206, 100)
    for link in ("before", "thumb"):
        assert client.get(f"{job['links']['self']}/{link}").content.startswith(b"\xff\xd8")


@pytest.mark.parametrize(
    ("settings", "files", "complaint"),
    [
        ({}, [("clip", PHOTO)], "no film this server reads"),
        ({}, [("clip", b"\0\0\0\x20ftypisom" + bytes(400))], "clip.png: not a film"),
        ({}, [("clip", film(40)[:3000])], "clip.png: not a film"),
        ({}, [("clip", film(40))], "5.0 seconds of film are more than the 3 this server paints"),
        ({}, [("clip", film(2, height=144, width=160))], "frames of 160 x 144 pixels"),
        ({}, [("content", PHOTO)], "under the name 'clip'"),
        ({}, [], "no film"),
        ({"start": 9}, [("clip", film())], "no frame lies there"),
        ({"fps": 3}, [("clip", film())], "fps"),
        ({"restart": True}, [("clip", film())], "restart"),
        ({"steady": 7}, [("clip", film())], "steady"),
    ],
)
def test_films_that_are_none_or_too_long_are_refused_in_one_line(client, settings, files, complaint):
    answer = client.order(files=[*files, ("styles", PAINTING)], film=settings)
    assert answer.status_code == 422, answer.text
    assert complaint in answer.json()["detail"]
    assert "\n" not in answer.json()["detail"]
    assert "picture-" not in answer.json()["detail"]


def test_films_and_pictures_have_doors_of_their_own(client):
    assert "send films to /v1/videos" in client.order(files=[("clip", film())]).json()["detail"]
    wrong = order(client, format="png")
    assert wrong.status_code == 422
    assert "mp4, webm, gif" in wrong.json()["detail"]


def test_a_film_that_is_stopped_leaves_none(client):
    job_id = order(client, film(24, sound=False), options={"size": 120}).json()["id"]
    client.post(f"/v1/jobs/{job_id}/cancel")
    job = client.wait(job_id)
    assert (job["state"], "result" in job["links"]) == ("cancelled", False)
    assert client.get(f"/v1/jobs/{job_id}/result").status_code == 409


def test_only_what_begins_as_a_film_is_handed_to_a_decoder():
    for data in (film(2), b"GIF89a" + bytes(9), b"\x1a\x45\xdf\xa3" + bytes(9)):
        refuse_strange_film(data, "a")
    for data in (b"", b"#EXTM3U\nhttp://127.0.0.1/", b"ffconcat version 1.0\nfile /etc/passwd", PHOTO):
        with pytest.raises(InputError, match=r"^a: "):
            refuse_strange_film(data, "a")
    with pytest.raises(UsageError, match="keyframes"):
        check_film({"keyframes": "0,3"})
