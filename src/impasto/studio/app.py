"""Page and service as one application, and the door where a token is asked for."""

import asyncio
import html
import os
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from impasto.service.desk import Desk
from impasto.service.guard import COOKIE, Guard, same, session
from impasto.service.web import guarded, make_app

from .imports import import_gradio, without_applications, without_stubs

# Gradio's own ways in that the page does not use. Above all nothing that fetches addresses or calls by name.
_UNUSED = (
    "proxy=", "file=http", "stream", "call", "run", "api", "info", "openapi", "runs", "run-history", "custom_component",
    "mcp", "dev", "deep_link", "vibe", "token", "user", "app_id", "process_recording", "monitoring",
)  # fmt: skip
CLOSED = (
    *(f"/gradio_api/{name}" for name in _UNUSED),
    "/monitoring",
    "/docs",
    "/login_check",
    "/manifest",
    "/logout",
    "/svelte",
)
WRONG_TOKEN_S = 0.5
"""Pause after a wrong token."""


def make_studio(desk: Desk, token: str | None) -> Guard:
    """The whole application, behind its guard."""
    app = make_app(desk)
    if token is not None:
        _add_door(app, token)
    _mount(app, desk)
    return guarded(app, desk.options, token, CLOSED)


def _mount(app: FastAPI, desk: Desk) -> None:
    """Put the page at the root. Gradio is imported here, after everything that can be refused was."""
    folder = desk.home / "gradio"
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_OFFLINE"] = os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    gr = import_gradio()
    with without_stubs():
        from .bench import Bench
        from .blocks import Studio
        from .events import Events
        from .files import add_files
        from .mirror import add_mirror
        from .page import Page, head, theme
        from .shelf import Shelf

    limits = desk.options.limits()
    shelf = Shelf(desk.home / "shelf", limits.pixels, int(desk.options.max_disk_gb * 1e9 / 4))
    desk.chores.append(lambda: shelf.sweep(desk.options.keep_hours))
    hour = 3600
    with (
        without_applications(),
        Studio(title="impasto", analytics_enabled=False, delete_cache=(hour, 24 * hour), fill_width=True) as blocks,
    ):
        bench = Bench(desk, shelf)
        page = Page(bench, desk.word("browser"))
        Events(page, bench, folder)
        blocks.load(bench.arrive, page.history, page.wall, show_progress="hidden")
    app.state.blocks = blocks
    add_mirror(app, bench)
    add_files(app, shelf, Path(gr.__path__[0]) / "templates" / "frontend")
    gr.mount_gradio_app(
        app, blocks, path="/", footer_links=[], run_history=False, show_error=False, ssr_mode=False, pwa=False, mcp_server=False,
        enable_monitoring=False, max_file_size=int(desk.options.max_upload_mb * 1e6), theme=theme(), head=head(),
        blocked_paths=[str(desk.home / name) for name in ("jobs", "shelf", "uploads", "secret", "name", "jobs.sqlite")],
        favicon_path=str(Path(__file__).parent / "parts" / "favicon.png"),
    )  # fmt: skip
    blocks.app = app.router.routes[-1].app  # type: ignore[attr-defined]


_DOOR = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>impasto</title>
<style>body{{font:16px system-ui;display:grid;place-content:center;min-height:90vh;gap:12px;background:#faf7f2;color:#222}}
h1{{font:italic 40px Georgia,serif;margin:0}}form{{display:flex;gap:8px}}input,button{{font:inherit;padding:8px 12px;border-radius:8px;border:1px solid #bbb}}
button{{background:#c8452d;color:#fff;border:0}}@media(prefers-color-scheme:dark){{body{{background:#1b1917;color:#eee}}}}</style>
<h1>impasto</h1><p>{words}</p><form method="post" action="/login"><input name="token" type="password" autofocus
autocomplete="current-password" aria-label="token"><button>Open</button></form></html>"""


def _add_door(app: FastAPI, token: str) -> None:
    """A sign-in for browsers: who shows the token gets a cookie, which holds something else."""

    def open_door(request: Request) -> Response:
        answer = RedirectResponse("/", 303)
        secure = request.url.scheme == "https"
        answer.set_cookie(COOKIE, session(token), max_age=30 * 86400, httponly=True, samesite="strict", secure=secure)
        return answer

    async def shut(words: str, status: int) -> Response:
        return HTMLResponse(_DOOR.format(words=html.escape(words)), status)

    @app.get("/login")
    async def ask(request: Request, token_given: str = "") -> Response:
        shown = request.query_params.get("token", token_given)
        return await _try(request, shown) if shown else await shut("This studio asks for a token.", 200)

    @app.post("/login")
    async def answer(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=1) as form:
            return await _try(request, str(form.get("token", "")))

    async def _try(request: Request, shown: str) -> Response:
        if same(shown.strip(), token):
            return open_door(request)
        await asyncio.sleep(WRONG_TOKEN_S)
        return await shut("That is not the token.", 401)
