"""The page's tab for the camera: what is on it, what happens there, and the door that frames come in by."""

import asyncio
from typing import Any
from urllib.parse import urlencode

import gradio as gr
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse, Response
from starlette.requests import Request

from impasto import registry
from impasto.core import ImpastoError, UsageError
from impasto.service.live import Crowded, Look

from . import widgets
from .bench import Bench
from .cinema import paints_films, rows
from .shelf import Shelf
from .wishes import Wish, at_once, make_order, method_choices

DOOR = "/live"
MOST_BYTES = 4_000_000
"""Of a frame; the page sends a tenth of that."""
MOST_STYLES = 8
_SIZES = (160, 960, 480)
_SILENT: dict[str, Any] = {"show_progress": "hidden"}


class Mirror:
    """A palette and a manner on one side, what the camera sees on the other, painted."""

    def __init__(self, bench: Bench) -> None:
        """Lay the tab out."""
        default = registry.choose(None, "fast")
        low, high, usual = _SIZES
        with gr.Row(elem_id="live-sides"):
            with gr.Column(scale=5, min_width=320):
                widgets.heading("A painting", "+ mixes several")
                self.palette = widgets.palette(bench.shelf.palette(), "live-palette")
                widgets.heading("A manner")
                self.method = gr.Dropdown(
                    method_choices(paints_films), value=default.id, show_label=False, elem_id="live-method"
                )
                self.size = gr.Slider(
                    low, high, usual, step=32, label="Long side in pixels", info="Smaller pictures come more often.",
                    elem_id="live-size", buttons=[],
                )  # fmt: skip
            with gr.Column(scale=7, min_width=320, elem_id="live-stand"):
                self.glass = widgets.mirror("mirror")

    def wire(self) -> None:
        """Connect everything."""
        given = [self.palette, self.method, self.size]
        self.palette.change(self.follow_palette, given, [self.method, self.glass], **_SILENT)
        gr.on([self.method.input, self.size.release], asked, given, self.glass, **_SILENT)

    def follow_palette(self, palette: dict[str, Any], method: str, size: float) -> tuple[Any, Any]:
        """The method that paints what was chosen, and what the page asks for now."""
        wanted = at_once(Wish(None, rows(palette), method)).method
        return gr.skip() if wanted == method else wanted, asked(palette, wanted, size)


def asked(palette: dict[str, Any], method: str, size: float) -> dict[str, Any]:
    """What the page sends its frames to; nothing as long as no painting is chosen."""
    chosen = rows(palette)[:MOST_STYLES]
    if registry.get(method).takes_styles and not chosen:
        return {"ask": None, "size": int(size)}
    pairs = [("style", str(row["id"])) for row in chosen] + [("weight", str(row.get("weight", 1))) for row in chosen]
    return {"ask": f"{DOOR}?{urlencode([('method', method), *pairs])}", "size": int(size)}


def look_of(method: str, styles: list[str], weights: list[str], shelf: Shelf) -> Look:
    """What frames are to be painted in, as an address asks for it. Raises ImpastoError in one line."""
    if not paints_films(registry.get(method)):
        raise UsageError(f"'{method}' is too slow for a camera, or needs more than a painting.")
    if len(styles) > MOST_STYLES:
        raise UsageError(f"style: {len(styles)} are more than the {MOST_STYLES} that a camera's picture is mixed of.")
    shares = [*map(_number, weights), *[1.0] * len(styles)]
    chosen = [{"id": style, "weight": share} for style, share in zip(styles, shares, strict=False)]
    order, pictures = make_order(at_once(Wish(None, chosen, method)), shelf)
    painted = tuple((pictures[sheet.file], sheet.name, sheet.weight) for sheet in order.of("styles"))
    return Look(order.method, tuple(order.options.items()), painted)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UsageError("a painting's weight must be a number above 0.") from None


def add_mirror(app: FastAPI, bench: Bench) -> None:
    """Open the door for frames: a JPEG comes in, one goes out. 429 where others' are on their way: the frame is dropped."""

    def paint(asked: Any, visitor: str, frame: bytes) -> bytes:
        look = look_of(asked.get("method", ""), asked.getlist("style"), asked.getlist("weight"), bench.shelf)
        return bench.desk.painters.mirror.paint(visitor, look, frame)

    @app.post(DOOR)
    async def live(request: Request) -> Response:
        if int(request.headers.get("content-length", MOST_BYTES + 1)) > MOST_BYTES:
            return PlainTextResponse("a frame may have 4 MB.", 413)
        asked = request.query_params
        try:
            jpeg = await asyncio.to_thread(paint, asked, asked.get("tab", "")[:64], await request.body())
        except Crowded as crowded:
            return PlainTextResponse(str(crowded), 429, {"retry-after": "1"})
        except ImpastoError as error:
            return PlainTextResponse(str(error), 422)
        return Response(jpeg, media_type="image/jpeg", headers={"cache-control": "no-store"})
