"""Jobs outlive the server: kill -9 in the middle, with both databases, and nothing is lost or made twice."""

import os
import pwd
import shutil
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image

from .conftest import PAINTING, picture
from .process import Server, gone, workers_of

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

JOBS = 100


@pytest.fixture
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL of one's own."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [Path(shutil.which("initdb") or "/nowhere")]
    if not found[-1].exists():
        pytest.skip("PostgreSQL is not installed")
    programs, home = found[-1].parent, tmp_path_factory.mktemp("postgres")
    user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
    if user:
        for path in (home, *list(home.parents)[:2]):
            path.chmod(0o755)
        os.chown(home, pwd.getpwnam(user).pw_uid, -1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = home / "data"
    quiet = {"user": user, "cwd": home, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([programs / "initdb", "-D", data, "-A", "trust", "-U", "impasto", "--no-sync"], check=True, **quiet)
    words = [programs / "postgres", "-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", home, "-F"]
    process = subprocess.Popen(words, **quiet)
    for _ in range(200):
        ready = subprocess.run([programs / "pg_isready", "-h", "127.0.0.1", "-p", str(port)], **quiet)
        if ready.returncode == 0:
            break
        time.sleep(0.1)
    yield f"postgresql://impasto@127.0.0.1:{port}/impasto"
    process.terminate()
    process.wait()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str | None:
    return request.getfixturevalue("postgres") if request.param == "postgresql" else None


def submit(server: Server, number: int, key: str) -> str:
    """Order a picture of its own kind, again and again until there is an answer."""
    files = [("content", ("photo.png", picture(32, 33 + number, seed=number))), ("styles", ("style.png", PAINTING))]
    answer = server.client.post(
        "/v1/jobs", data={"method": "colour_transfer"}, files=files, headers={"idempotency-key": key}
    )
    assert answer.status_code == 202, answer.text
    return answer.json()["id"]


def stamp(path: Path) -> tuple[int, int]:
    return path.stat().st_ino, path.stat().st_mtime_ns


def test_100_jobs_over_a_kill_9_are_100_pictures_and_none_twice(tmp_path, database):
    server = Server(tmp_path / "home", database=database, queue_limit=JOBS + 1)
    keys = [str(uuid.uuid4()) for _ in range(JOBS)]
    ids: dict[int, str] = {}
    with server:
        for number in range(JOBS * 3 // 4):
            ids[number] = submit(server, number, keys[number])
        workers = workers_of(server.process.pid)
        jobs = tmp_path / "home" / "jobs"
        server.kill()
        assert gone(workers), "a worker outlived its server"
        finished = {path.parent.name: stamp(path.parent / "result") for path in jobs.glob("*/outcome.json")}
        assert 0 < len(finished) < len(ids), "the kill came too early or too late to show anything"
        server.start()
        for number in range(JOBS // 2, JOBS):  # half of these came in before; their senders do not know
            ids[number] = submit(server, number, keys[number])
        assert len(set(ids.values())) == JOBS
        for job_id in ids.values():
            wait(server, job_id)
        for number, job_id in ids.items():
            result = server.client.get(f"/v1/jobs/{job_id}/result")
            assert Image.open(BytesIO(result.content)).size == (33 + number, 32), "a mixed-up picture"
        assert {path.name for path in jobs.iterdir()} == set(ids.values())
        assert {job_id: stamp(jobs / job_id / "result") for job_id in finished} == finished, "painted again"


def wait(server: Server, job_id: str, seconds: float = 120) -> dict:
    deadline = time.monotonic() + seconds
    while True:
        job = server.client.get(f"/v1/jobs/{job_id}").json()
        if job["state"] == "done":
            return job
        assert job["state"] in ("queued", "running"), job
        assert time.monotonic() < deadline, job
        time.sleep(0.05)


def kept_in_the_middle(server: Server, job_id: str) -> int:
    """Wait until the state of a job has been laid down in the course of its painting; the step it was at before."""
    folder = Path(server.options.folder) / "jobs" / job_id
    deadline = time.monotonic() + 300
    seen, first = 0.0, 0
    while True:
        assert time.monotonic() < deadline
        assert not (folder / "outcome.json").exists(), "it was done before it could be killed"
        progress = server.client.get(f"/v1/jobs/{job_id}").json()["progress"] or {}
        found = [path.stat().st_mtime for path in folder.glob("state-*.npz")]
        if first and found and found[0] > seen:
            return first
        if not first and progress.get("step", 0) > progress.get("total", 0) / 4 and found:
            first, seen = progress["step"], found[0]
        time.sleep(0.01)


@pytest.mark.parametrize("method", ["gatys", "strotss"])
def test_a_killed_job_goes_on_where_it_was_and_gives_the_same_picture(tmp_path, database, method):
    files = [("content", ("photo.png", picture(64, 64, seed=1))), ("styles", ("style.png", picture(64, 64, seed=2)))]
    options = {"gatys": '{"size": 64, "steps": 120}', "strotss": '{"size": 64, "steps": 50}'}[method]
    order = {"data": {"method": method, "options": options}, "files": files}
    with Server(tmp_path / "home", database=database, checkpoint_seconds=0.3) as server:
        job_id = server.client.post("/v1/jobs", **order).json()["id"]
        step = kept_in_the_middle(server, job_id)
        server.kill()
        server.start()
        wait(server, job_id, 300)
        resumed = server.client.get(f"/v1/jobs/{job_id}/report").json()["resumed_at_step"]
        assert resumed >= step, "some of it was painted twice"
        assert not list((tmp_path / "home" / "jobs" / job_id).glob("state-*")), "left behind"
        again = server.client.post("/v1/jobs", **order).json()["id"]
        wait(server, again, 300)
        first, second = (
            np.asarray(Image.open(BytesIO(server.client.get(f"/v1/jobs/{i}/result").content))) for i in (job_id, again)
        )
        print(f"\n{method}: gone on with at step {resumed}")
        np.testing.assert_array_equal(first, second)


def test_a_server_that_is_told_to_stop_leaves_its_jobs_to_the_next(tmp_path):
    files = [("styles", ("style.png", picture(120, 160, seed=2)))]
    options = '{"size": 128}'
    with Server(tmp_path / "home") as server:
        order = {"data": {"method": "efros_leung", "options": options}, "files": files}
        ids = [server.client.post("/v1/jobs", **order).json()["id"] for _ in range(3)]
        deadline = time.monotonic() + 60
        while server.client.get(f"/v1/jobs/{ids[0]}").json()["state"] == "queued":
            assert time.monotonic() < deadline
            time.sleep(0.02)
        server.client.close()
        server.process.terminate()
        assert server.process.wait(30) is not None
        server.start()
        for job_id in ids:
            wait(server, job_id)
    assert "Traceback" not in server.log.read_text()


def test_a_running_job_is_cancelled_within_a_second_or_so_with_the_picture_so_far(tmp_path):
    files = [("content", ("photo.png", picture(96, 96, seed=1))), ("styles", ("style.png", picture(96, 96, seed=2)))]
    with Server(tmp_path / "home") as server:
        options = '{"size": 96, "steps": 5000}'
        job_id = server.client.post("/v1/jobs", data={"method": "gatys", "options": options}, files=files).json()["id"]
        deadline = time.monotonic() + 120
        while (server.client.get(f"/v1/jobs/{job_id}").json()["progress"] or {}).get("step", 0) < 5:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        start = time.monotonic()
        server.client.post(f"/v1/jobs/{job_id}/cancel")
        while (job := server.client.get(f"/v1/jobs/{job_id}").json())["state"] == "running":
            assert time.monotonic() < start + 4
            time.sleep(0.02)
        assert job["state"] == "cancelled"
        assert server.client.get(f"/v1/jobs/{job_id}/result").status_code == 200
        assert server.client.get(f"/v1/jobs/{job_id}/preview").status_code in (200, 404)


def test_one_folder_has_one_server(tmp_path):
    with Server(tmp_path / "home"):
        other = Server(tmp_path / "home")
        with pytest.raises(AssertionError, match="another server works in this folder"):
            other.start()


def test_a_slow_client_is_hung_up_on_and_holds_nobody_up(tmp_path):
    with Server(tmp_path / "home", upload_seconds=2) as server:
        head = b"POST /v1/jobs HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: multipart/form-data; boundary=x\r\n"
        slow = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(20)]
        for each in slow[:10]:
            each.sendall(head)  # never says that the head is over
        for each in slow[10:]:
            each.sendall(head + b"content-length: 100000\r\n\r\n--x\r\n")  # never sends the rest
        start = time.monotonic()
        assert httpx.get(f"{server.url}/v1/health").status_code == 200
        assert time.monotonic() - start < 2
        for each in slow:
            each.settimeout(20)
            assert all(b" 408 " in line or b"HTTP" not in line for line in each.recv(4096).splitlines())
            while each.recv(4096):
                pass
            each.close()
