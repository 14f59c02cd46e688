"""The routes of /v1: each reads a request, asks the desk, and answers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.exceptions import HTTPException

from impasto import registry
from impasto._version import __version__
from impasto.core import ImpastoError, UsageError

from .desk import Busy, Desk, NoRoom
from .documents import PROBLEM, job_document, method_document, qualities
from .drafts import read_draft
from .forms import id_for_key, read_form, read_json
from .guard import Guard
from .openapi import openapi
from .options import ServiceOptions
from .orders import MAX_PICTURES

KINDS = {
    "png": "image/png", "jpg": "image/jpeg", "webp": "image/webp", "mp4": "video/mp4", "webm": "video/webm",
    "gif": "image/gif",
}  # fmt: skip
"""Media types of results."""


def make_app(desk: Desk) -> FastAPI:
    """The service as an application: its routes under /v1, nothing else. The desk is open as long as the application."""

    @asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[None]:  # noqa: ARG001
        await asyncio.to_thread(desk.open)
        desk.warm_up_soon()
        try:
            yield
        finally:
            await asyncio.to_thread(desk.close)

    app = FastAPI(
        title="impasto", version=__version__, docs_url=None, redoc_url=None, openapi_url=None, lifespan=living
    )
    app.state.desk = desk
    _add_refusals(app)
    _add_submission(app, desk)
    _add_jobs(app, desk)
    _add_knowledge(app, desk)
    return app


def guarded(app: FastAPI, options: ServiceOptions, token: str | None, closed: tuple[str, ...] = ()) -> Guard:
    """The application behind its guard: what a server should run."""
    return Guard(
        app, hosts=options.hosts, origins=options.origins, token=token,
        max_bytes=int(options.max_upload_mb * 1e6), seconds=options.upload_seconds, closed=closed,
    )  # fmt: skip


def _refusal(status: int, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"detail": message}, status, headers, PROBLEM)


def _add_refusals(app: FastAPI) -> None:
    """One status for each class of error, one line of text for all."""

    @app.exception_handler(ImpastoError)
    async def refused(request: Request, error: ImpastoError) -> Response:  # noqa: ARG001
        if isinstance(error, Busy):
            return _refusal(429, str(error), {"retry-after": str(error.seconds)})
        status = 507 if isinstance(error, NoRoom) else 422 if isinstance(error, UsageError) else 500
        return _refusal(status, str(error))

    @app.exception_handler(KeyError)
    async def missing(request: Request, error: KeyError) -> Response:  # noqa: ARG001
        return _refusal(404, "no such job, or no longer.")

    @app.exception_handler(HTTPException)
    async def other(request: Request, error: HTTPException) -> Response:  # noqa: ARG001
        return _refusal(error.status_code, str(error.detail), dict(error.headers or {}))


def _add_submission(app: FastAPI, desk: Desk) -> None:
    async def take(request: Request, film: bool) -> Response:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        key = id_for_key(desk.word("idempotency"), request.headers.get("idempotency-key"))
        if kind == "multipart/form-data":
            async with request.form(max_files=MAX_PICTURES, max_fields=32, max_part_size=256 * 1024) as form:
                draft = await read_form(form)
        elif kind == "application/json":
            draft = await asyncio.to_thread(read_json, await request.body(), desk.uploads.get)
        else:
            return _refusal(415, "send a form (multipart/form-data) or JSON (application/json).")
        order, pictures = await asyncio.to_thread(read_draft, draft, film=film)
        job_id = await asyncio.to_thread(desk.submit, order, pictures, key)
        status = await asyncio.to_thread(desk.status, job_id)
        return JSONResponse(job_document(status), 202, {"location": f"/v1/jobs/{job_id}"})

    @app.post("/v1/jobs", status_code=202)
    async def submit(request: Request) -> Response:
        return await take(request, False)

    @app.post("/v1/videos", status_code=202)
    async def submit_film(request: Request) -> Response:
        return await take(request, True)

    @app.post("/v1/uploads", status_code=201)
    async def upload(request: Request) -> Response:
        key = await asyncio.to_thread(desk.uploads.put, await request.body(), request.query_params.get("name"))
        return JSONResponse({"id": key, "hours": desk.options.keep_hours}, 201)


def _add_jobs(app: FastAPI, desk: Desk) -> None:
    """Routes of one job. Those that touch the database or a file are plain functions, which FastAPI runs in threads."""

    @app.get("/v1/jobs/{job_id}")
    def status(job_id: str) -> Response:
        return JSONResponse(job_document(desk.status(job_id)))

    @app.delete("/v1/jobs/{job_id}", status_code=204)
    def delete(job_id: str) -> Response:
        desk.delete(job_id)
        return Response(status_code=204)

    @app.post("/v1/jobs/{job_id}/cancel")
    def cancel(job_id: str) -> Response:
        return JSONResponse(job_document(desk.cancel(job_id)))

    @app.get("/v1/jobs/{job_id}/result")
    def result(job_id: str) -> Response:
        now = desk.status(job_id)
        order = desk.folder(job_id).order
        if not now.has_picture or order is None:
            return _refusal(
                409,
                now.error
                or (
                    f"the job is {now.state}; there is no picture yet."
                    if not now.ended
                    else f"the job was {now.state} before there was a picture."
                ),
            )
        kind = _kind(desk, job_id, order.format)
        headers = {"x-impasto-cache": "1", "content-disposition": f'inline; filename="impasto-{order.method}.{kind}"'}
        return FileResponse(desk.folder(job_id) / "result", media_type=KINDS[kind], headers=headers)

    @app.get("/v1/jobs/{job_id}/report")
    def report(job_id: str) -> Response:
        now = desk.status(job_id)
        made = desk.folder(job_id).read_json("report.json")
        return (
            _refusal(409, now.error or f"the job is {now.state}; there is no report.")
            if made is None
            else JSONResponse(made)
        )

    def picture(name: str, lasting: bool) -> Callable[[str], Response]:
        def route(job_id: str) -> Response:
            path = desk.folder(job_id) / name
            if not path.exists():
                return _refusal(404, "there is none.")
            return FileResponse(path, media_type=KINDS["jpg"], headers={"x-impasto-cache": "1"} if lasting else None)

        return route

    app.get("/v1/jobs/{job_id}/preview")(picture("preview.jpg", False))
    app.get("/v1/jobs/{job_id}/before")(picture("before.jpg", True))
    app.get("/v1/jobs/{job_id}/thumb")(picture("thumb.jpg", True))


def _kind(desk: Desk, job_id: str, asked: str) -> str:
    """The format a result really has: a stopped job may have left a preview instead."""
    with (desk.folder(job_id) / "result").open("rb") as file:
        return "jpg" if file.read(3) == b"\xff\xd8\xff" else asked


def _add_knowledge(app: FastAPI, desk: Desk) -> None:
    """Routes that say what there is, and how the server does."""

    @app.get("/v1/methods")
    def methods() -> Response:
        return JSONResponse(
            {"methods": [method_document(m) for m in registry.methods().values()], "qualities": qualities()}
        )

    @app.get("/v1/methods/{method_id}")
    def method(method_id: str) -> Response:
        try:
            return JSONResponse(method_document(registry.get(method_id)))
        except UsageError as error:
            return _refusal(404, str(error))

    @app.get("/v1/openapi.json")
    def document() -> Response:
        return JSONResponse(openapi(desk.options))

    @app.get("/v1/health")
    def health() -> Response:
        waiting, running = desk.counts()
        return JSONResponse({"status": "ok", "version": __version__, "waiting": waiting, "running": running})

    @app.get("/v1/metrics")
    def metrics() -> Response:
        return PlainTextResponse(desk.tally.text(*desk.counts()), media_type="text/plain; version=0.0.4")


def address(options: ServiceOptions, port: int, token: str | None) -> str:
    """What to type into a browser."""
    host = f"[{options.host}]" if ":" in options.host else options.host
    host = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}.get(host, host)
    return f"http://{host}:{port}/" + (f"login?token={token}" if token else "")
