"""What a browser fetches beside the page: Gradio's scripts and styles, and small copies of pictures.

Gradio would hand its files out too, but compresses each of them anew for every visitor, most of whom sit at the same
machine. A first visit fetches about eighty.
"""

import gzip
import ipaddress
import mimetypes
from functools import lru_cache
from pathlib import Path

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse, Response
from starlette.requests import Request
from starlette.routing import Route

from impasto.core import ImpastoError

from .shelf import Shelf

_KINDS = {".js": "text/javascript", ".css": "text/css"}
_SHRINKS = (".js", ".css", ".svg", ".json", ".map")
_FOR_GOOD = {"cache-control": "public, max-age=31536000, immutable"}  # their names carry a hash of what is in them


def add_files(app: FastAPI, shelf: Shelf, frontend: Path) -> None:
    """Put the routes in front of Gradio's. frontend: the folder of its page, with `assets` in it."""
    assets = frontend / "assets"
    known = {path.name for path in assets.iterdir()}

    async def asset(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in known:
            return PlainTextResponse("not found.", 404)
        path = assets / name
        kind = _KINDS.get(path.suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        if path.suffix in _SHRINKS and _is_far(request):
            packed = await run_in_threadpool(_packed, path)
            return Response(packed, media_type=kind, headers=_FOR_GOOD | {"content-encoding": "gzip"})
        return Response(path.read_bytes(), media_type=kind, headers=_FOR_GOOD)

    def small_copy(request: Request) -> Response:
        try:
            data = shelf.thumb(request.path_params["key"])
        except ImpastoError as error:
            return PlainTextResponse(str(error), 404)
        return Response(data, media_type="image/jpeg", headers={"x-impasto-cache": "1"})

    app.router.routes += [Route("/assets/{name}", asset), Route("/thumbs/{key}", small_copy)]


def _is_far(request: Request) -> bool:
    """Whether a client that unpacks files is on another machine, so that fewer bytes are worth the work."""
    try:
        near = request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        near = False
    return not near and "gzip" in request.headers.get("accept-encoding", "")


@lru_cache(maxsize=256)  # some four megabytes
def _packed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), 6)
