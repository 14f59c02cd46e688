"""A server in a process of its own, on a real port, that can be killed."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

_SCRIPT = """
import sys
from impasto.service.desk import Desk
from impasto.service.options import ServiceOptions
from impasto.service.server import listen, serve
from impasto.service.web import guarded, make_app

if __name__ == "__main__":
    options = ServiceOptions.model_validate_json(sys.argv[1])
    at = listen(options)
    desk = Desk(options, warm=False)
    desk.open()
    serve(guarded(make_app(desk), options, None), at, options, lambda: print("port", at.getsockname()[1], flush=True))
"""


class Server:
    """Start with `with Server(folder, ...) as server`; kill with `server.kill()`, begin again with `server.start()`."""

    def __init__(self, folder: Path, **options: Any) -> None:
        from impasto.service.options import ServiceOptions

        self.options = ServiceOptions(folder=str(folder), port=0, threads=1, **options)
        self.script = folder / "server.py"
        folder.mkdir(parents=True, exist_ok=True)
        self.script.write_text(_SCRIPT)
        self.log = folder / "log"

    def start(self) -> None:
        with self.log.open("ab") as log:
            words = [sys.executable, str(self.script), self.options.model_dump_json()]
            self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=log)
        assert self.process.stdout is not None
        line = self.process.stdout.readline().decode()
        found = re.match(r"port (\d+)", line)
        assert found, self.log.read_text()
        self.port = int(found[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.client = httpx.Client(base_url=self.url, timeout=60)

    def kill(self) -> None:
        """As kill -9 does: no handler runs, nothing is said good-bye to."""
        self.client.close()
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def __enter__(self) -> "Server":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def memory(self) -> int:
        """Resident bytes of the server and its workers."""
        import psutil

        here = psutil.Process(self.process.pid)
        return sum(process.memory_info().rss for process in [here, *here.children(recursive=True)])


def workers_of(pid: int) -> list[int]:
    """Processes that the process has started."""
    import psutil

    return [child.pid for child in psutil.Process(pid).children(recursive=True)]


def gone(pids: list[int], seconds: float = 10) -> bool:
    """Whether none of the processes is left, within a while."""
    deadline = time.monotonic() + seconds
    while any(_alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not any(_alive(pid) for pid in pids)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
    finally:
        with __import__("contextlib").suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
