"""Serves the folder this file lies in to this machine alone: `python serve.py [--port 8000]`.

The headers isolate the page from other sites, which browsers ask for before a page may use several threads. Needs
Python's standard library only. To put the page on a server of your own, have it send the same HEADERS (and TYPES); with
others the page works too, on one thread.
"""

import argparse
import contextlib
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".wasm": "application/wasm",
    ".jpg": "image/jpeg",
    "": "application/octet-stream",
}


class Handler(SimpleHTTPRequestHandler):
    """Files of one folder, read only; no listings, no program text."""

    protocol_version = "HTTP/1.1"
    extensions_map = TYPES

    def send_head(self) -> Any:
        """Open the file that is asked for, or refuse."""
        path = self.path.partition("?")[0]
        there = Path(self.translate_path(path))
        if (there.is_dir() and path != "/") or there.suffix == ".py" or there.name.startswith("."):
            self.send_error(404)
            return None
        return super().send_head()

    def end_headers(self) -> None:
        """Say what every answer says."""
        for name, value in HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: what fails, the page says."""


def make_server(folder: Path, port: int = 0) -> ThreadingHTTPServer:
    """A server of the folder on this machine's own address, ready to `serve_forever`; port 0 takes a free one."""
    return ThreadingHTTPServer(("127.0.0.1", port), partial(Handler, directory=str(folder)))


def serve(folder: Path, port: int, tell: Callable[[str], Any]) -> None:
    """Serve until Ctrl-C. tell: is given the line with the address."""
    with make_server(folder, port) as server:
        tell(f"http://127.0.0.1:{server.server_port}/ shows the page, on this machine only; Ctrl-C ends it")
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Serve the page in this folder to this machine.")
    parser.add_argument("--port", type=int, default=8000, help="8000 unless told; 0 takes a free one")
    serve(Path(__file__).parent, parser.parse_args().port, partial(print, flush=True))
