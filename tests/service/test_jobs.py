"""Jobs from order to picture, through the REST API."""

import json
import time
import uuid
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

import impasto
from impasto import registry
from impasto.service.folders import JobFolder
from impasto.service.options import ServiceOptions

from .conftest import PAINTING, PHOTO, picture

LOCATED = Image.Exif()
LOCATED[0x010F] = "a camera"
LOCATED.get_ifd(0x8825)[1] = "N"  # GPS


def test_an_order_becomes_the_picture_that_the_library_makes(client):
    answer = client.order(options={"strength": 0.5}, measure="false")
    assert answer.status_code == 202
    job = answer.json()
    assert answer.headers["location"] == job["links"]["self"] == f"/v1/jobs/{job['id']}"
    assert job["state"] in ("queued", "running", "done")
    job = client.wait(job["id"])
    assert (job["state"], job["error"], job["fraction"]) == ("done", None, 1.0)
    result = client.get(job["links"]["result"])
    assert result.headers["content-type"] == "image/png"
    expected = impasto.stylize(PHOTO, PAINTING, method="colour_transfer", strength=0.5)
    np.testing.assert_array_equal(np.asarray(Image.open(BytesIO(result.content))), np.asarray(expected.image))
    report = client.get(job["links"]["report"]).json()
    assert report["options"]["strength"] == 0.5
    assert report["inputs"]["content"]["name"] == "content.png"


def test_several_styles_with_weights_presets_seeds_and_formats(client):
    files = [("content", PHOTO), ("styles", PAINTING), ("styles", picture(32, 32, seed=3))]
    job = client.order(files=files, weights=[3, 1], preset="tiny", seed="7", format="jpg").json()
    job = client.wait(job["id"])
    result = client.get(job["links"]["result"])
    assert result.headers["content-type"] == "image/jpeg"
    assert result.headers["cache-control"].startswith("private, max-age")
    report = client.get(job["links"]["report"]).json()
    assert [style["weight"] for style in report["inputs"]["styles"]] == [3, 1]
    assert (report["seed"], report["preset"], report["width"]) == (7, "tiny", 64)


def test_where_a_picture_was_taken_never_leaves_with_the_result(client):
    photo = picture(seed=1, format="JPEG", exif=LOCATED)
    assert b"a camera" in photo
    job = client.wait(client.order(files=[("content", photo), ("styles", PAINTING)], format="jpg").json()["id"])
    for link in ("result", "before", "thumb"):
        data = client.get(f"/v1/jobs/{job['id']}/{link}").content
        assert b"a camera" not in data
        assert 0x8825 not in Image.open(BytesIO(data)).getexif()


def test_the_same_key_twice_is_one_job(client):
    headers = {"idempotency-key": str(uuid.uuid4())}
    first, second = (client.order(headers=headers).json()["id"] for _ in range(2))
    assert first == second
    assert client.order(headers={"idempotency-key": str(uuid.uuid4())}).json()["id"] != first
    assert client.order(headers={"idempotency-key": "1"}).status_code == 422


def test_a_deleted_job_is_gone_with_its_files(client, desk):
    job_id = client.order().json()["id"]
    client.wait(job_id)
    folder = desk.folder(job_id).path
    assert folder.exists()
    assert client.delete(f"/v1/jobs/{job_id}").status_code == 204
    assert not folder.exists()
    assert client.get(f"/v1/jobs/{job_id}").status_code == 404
    assert client.get(f"/v1/jobs/{job_id}/result").status_code == 404


@pytest.mark.parametrize("job_id", ["x" * 32, "..", "x" * 31, "%2e%2e%2fsecret", "a/b"])
def test_ids_nobody_was_given_lead_nowhere(client, job_id):
    for link in ("", "/result", "/preview", "/before", "/report"):
        assert client.get(f"/v1/jobs/{job_id}{link}").status_code in (404, 405)
    assert client.post(f"/v1/jobs/{job_id}/cancel").status_code in (404, 405)


def test_a_job_that_does_not_listen_is_ended_within_seconds(client):
    files = [("content", picture(120, 160)), ("styles", picture(120, 160, seed=2))]
    method = "efros_leung"  # looks at the wish to stop only between rows
    job = client.order(method, files=[files[1]], options={"size": 140, "window_size": 31}).json()
    assert job["headline"].startswith(method)
    stopped = client.post(f"/v1/jobs/{job['id']}/cancel").json()
    assert client.wait(job["id"], 10)["state"] == "cancelled"
    assert stopped["id"] == job["id"]
    assert client.wait(client.order().json()["id"])["state"] == "done", "the next job finds a worker"


def slow_order(client) -> str:
    """A job of several seconds in a worker; returns its id once it is being painted."""
    options = {"size": 140, "window_size": 31}
    job_id = client.order("efros_leung", files=[("styles", picture(120, 160, seed=2))], options=options).json()["id"]
    deadline = time.monotonic() + 20
    while client.get(f"/v1/jobs/{job_id}").json()["state"] != "running":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return job_id


def test_a_worker_that_dies_costs_its_job_alone(client, desk):
    job_id = slow_order(client)
    desk.live[job_id].worker._process.kill()
    job = client.wait(job_id)
    assert job["state"] == "failed"
    assert "worker died" in job["error"]
    desk.painters.inspector._process.kill()
    assert client.order().status_code in (202, 422)  # it may die between two looks
    assert client.wait(client.order().json()["id"])["state"] == "done"


def test_a_job_that_takes_too_long_is_ended(client, desk, monkeypatch):
    # No time at all to hand over the picture so far: with it, the job would be done.
    monkeypatch.setattr("impasto.service.crew.TIMEOUT_GRACE_S", 0.0)
    monkeypatch.setattr("impasto.service.crew._TICK_S", 0.001)
    monkeypatch.setattr(desk, "options", desk.options.model_copy(update={"max_seconds": 0.3}))
    job = client.wait(slow_order(client))
    assert job["state"] == "failed"
    assert job["error"] == "it took longer than 0.3 seconds."
    assert client.get(f"/v1/jobs/{job['id']}/result").status_code == 409


def test_what_is_too_old_or_too_much_is_deleted_oldest_first(client, desk, monkeypatch):
    def allow(**changes):
        monkeypatch.setattr(desk, "options", ServiceOptions(folder=desk.options.folder, **changes))

    allow(keep_hours=1e-9)
    desk.sweep()
    ids = [client.order().json()["id"] for _ in range(3)]
    for job_id in ids:
        client.wait(job_id)
    allow(max_disk_gb=(sum(desk.folder(job_id).bytes for job_id in ids) - 1) / 1e9)
    desk.sweep()
    assert [desk.folder(job_id).path.exists() for job_id in ids] == [False, True, True]
    assert client.get(f"/v1/jobs/{ids[0]}").status_code == 404
    allow(keep_hours=1e-9)
    desk.sweep()
    assert not any(desk.folder(job_id).path.exists() for job_id in ids)
    allow(max_disk_gb=1e-9)
    assert client.order().status_code == 507


def test_a_full_queue_asks_to_come_again(client, desk, monkeypatch):
    monkeypatch.setattr(desk, "options", desk.options.model_copy(update={"queue_limit": 1}))
    monkeypatch.setattr(desk, "_coming", 1)  # somebody else's order is just being looked at
    answer = client.order()
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1
    monkeypatch.setattr(desk, "_coming", 0)
    assert client.order().status_code == 202
    assert "impasto_jobs_refused_total 1" in client.get("/v1/metrics").text


def test_methods_qualities_health_and_metrics_are_told(client):
    listed = client.get("/v1/methods").json()
    assert [m["id"] for m in listed["methods"]] == list(registry.methods())
    assert {row["quality"] for row in listed["qualities"]} == set(registry.QUALITY)
    page = client.get("/v1/methods/adain").json()
    assert page["schema"]["properties"]["strength"]["maximum"] == 1
    assert client.get("/v1/methods/gatis").status_code == 404
    assert client.get("/v1/health").json()["status"] == "ok"
    client.wait(client.order().json()["id"])
    metrics = client.get("/v1/metrics").text
    assert 'impasto_jobs_ended_total{method="colour_transfer",state="done"}' in metrics
    assert 'impasto_job_seconds_bucket{method="colour_transfer",le="+Inf"}' in metrics


def test_an_outcome_that_the_list_of_jobs_has_not_heard_of_is_not_made_twice(client, desk, monkeypatch):
    folder = desk.folder(client.wait(client.order().json()["id"])["id"])
    monkeypatch.setattr(desk.painters, "paint", lambda *_: pytest.fail("painted again"))
    assert desk._carry_out(folder.path.name)["state"] == "done"


def test_files_of_a_job_are_whole_or_absent(tmp_path):
    folder = JobFolder(tmp_path / ("a" * 32))
    folder.path.mkdir()
    folder.write("result", b"one")
    folder.write("result", b"two")
    assert [path.name for path in folder.path.iterdir()] == ["result"]
    assert (folder / "result").read_bytes() == b"two"
    assert folder.outcome is None
    folder.write_json("outcome.json", {"state": "done"})
    assert folder.outcome == json.loads((folder / "outcome.json").read_text())
