"""The page's tab for films: what is on it, and what happens there."""

from collections.abc import AsyncIterator
from typing import Any

import gradio as gr

from impasto import registry
from impasto.core import FilmOptions, Method, describe
from impasto.service.films import FILM_FORMATS

from . import widgets
from .bench import Bench
from .wishes import Wish, at_once, by_name, comparable, is_quick, method_by_name, method_choices, takes_names

SUFFIXES = [".mp4", ".mov", ".m4v", ".webm", ".mkv", ".gif"]
_SIZES = (128, 1280, 640)
_SILENT: dict[str, Any] = {"show_progress": "hidden"}


def paints_films(method: Method) -> bool:
    """Whether a method is quick enough for every frame of a film, and needs nothing but photo and painting."""
    return is_quick(method) and comparable(method)


class Cinema:
    """A clip, a palette and a manner on one side, the film on the other. Wired by `wire`, when the history is there."""

    def __init__(self, bench: Bench) -> None:
        """Lay the tab out."""
        self.bench = bench
        limits = bench.desk.options
        default = registry.choose(None, registry.DEFAULT_FILM_QUALITY)
        help_of = {spec.name: spec.help for spec in describe(FilmOptions)}
        with gr.Row(elem_id="film-sides"):
            with gr.Column(scale=5, min_width=320):
                widgets.heading("A film", f"up to {limits.max_film_seconds:g} seconds and {limits.max_upload_mb:g} MB")
                self.clip = gr.File(file_types=SUFFIXES, type="filepath", show_label=False, height=130, elem_id="clip")
                widgets.heading("A painting", "+ mixes several")
                self.palette = widgets.palette(bench.shelf.palette(), "film-palette")
                widgets.heading("A manner")
                self.method = gr.Dropdown(
                    method_choices(paints_films), value=default.id, show_label=False, elem_id="film-method"
                )
                self.paint = gr.Button("Paint the film", variant="primary", elem_id="paint-film")
                with gr.Accordion("How much, how large, how steady", open=False, elem_id="film-settings"):
                    with gr.Row():
                        self.start = gr.Number(0, label="From second", minimum=0, elem_id="film-start")
                        self.end = gr.Number(None, label="to second", minimum=0, elem_id="film-end")
                    low, high, usual = _SIZES
                    self.size = gr.Slider(
                        low, high, usual, step=32, label="Long side in pixels", elem_id="film-size", buttons=[]
                    )
                    self.steady = gr.Slider(
                        0,
                        1,
                        0.9,
                        step=0.05,
                        label="Steadiness",
                        info=help_of["steady"],
                        elem_id="film-steady",
                        buttons=[],
                    )
                    with gr.Row():
                        self.sound = gr.Checkbox(True, label="With its sound", elem_id="film-sound")
                        self.format = gr.Radio(
                            list(FILM_FORMATS), value=FILM_FORMATS[0], label="File", elem_id="film-format"
                        )
            with gr.Column(scale=7, min_width=320, elem_id="film-stand"):
                self.easel = widgets.easel(
                    "film-easel", "Drop a film, pick a painting", "It is painted frame by frame, and held steady."
                )
                self.stop = gr.Button("Stop", size="sm", visible=False, elem_id="stop-film")
                with gr.Accordion("The same in other words", open=False, elem_id="film-words"):
                    self.command, self.python = widgets.words("film-")

        self.settings: list[Any] = [
            self.clip, self.palette, self.method, self.start, self.end, self.size, self.steady, self.sound, self.format,
        ]  # fmt: skip

    def again(self, wish: Wish, palette: dict[str, Any] | None) -> tuple[Any, ...]:
        """The values of `settings` that an earlier film was painted with."""
        film = FilmOptions(**(wish.film or {}))
        shown = self.bench.shelf.shown(palette, wish.chosen)
        size = wish.options.get("size", _SIZES[-1])
        return wish.clip, shown, wish.method, film.start, film.end, size, film.steady, film.sound, wish.format

    def wire(self, history: gr.BrowserState, wall: gr.HTML) -> None:
        """Connect everything. history, wall: where a finished film is remembered, and shown."""
        self.palette.change(self.follow_palette, [self.method, self.palette], self.method, **_SILENT)
        given = [*self.settings, history]
        told = [self.easel, self.command, self.python, history, wall, self.stop]
        self.paint.click(
            self.paint_film, given, told, show_progress="hidden", concurrency_limit=None, trigger_mode="multiple"
        )
        self.stop.click(self.end_early, None, None, **_SILENT)

    def follow_palette(self, method: str, palette: dict[str, Any]) -> Any:
        """The method that paints what was chosen."""
        chosen = rows(palette)
        if names := by_name(chosen):
            return method_by_name(method, names).id
        if chosen and takes_names(registry.get(method)):
            return registry.choose(None, registry.DEFAULT_FILM_QUALITY).id
        return gr.skip()

    async def paint_film(
        self, clip: str | None, palette: dict[str, Any], method: str, start: float | None, end: float | None, size: float,
        steady: float, sound: bool, format: str, history: list[Any], request: gr.Request,
    ) -> AsyncIterator[tuple[Any, ...]]:  # fmt: skip
        """Paint the film, and tell of it until it is done."""
        film: dict[str, Any] = {"start": float(start or 0), "steady": float(steady), "sound": bool(sound)}
        film |= {"end": float(end)} if end else {}
        film = {name: value for name, value in film.items() if value != FilmOptions.model_fields[name].default}
        nothing, told = (gr.skip(),) * 5, False
        yield gr.skip(), *nothing  # where nothing at all is told, Gradio empties what is on the page
        if clip is None:
            yield {"state": "failed", "error": "Choose a film first."}, *nothing
            return
        wish = Wish(None, rows(palette), method, options={"size": int(size)}, format=format, clip=clip, film=film)
        wish = wish if registry.get(method).takes_styles or not wish.chosen else at_once(wish)
        async for easel, order, job_id in self.bench.paint(wish, _tab(request), True):
            if order is None or job_id is None:
                yield easel, *nothing
                continue
            words = self.bench.words(order) if not told else (gr.skip(), gr.skip())
            told = True
            if easel["state"] in ("queued", "running"):
                yield easel, *words, gr.skip(), gr.skip(), gr.Button(visible=True)
                continue
            history = self.bench.remember(history or [], job_id, order) if easel.get("download") else history
            yield easel, *words, history, self.bench.wall(history or []), gr.Button(visible=False)

    def end_early(self, request: gr.Request) -> None:
        """Stop painting; what there is of the film is thrown away."""
        self.bench.stop(_tab(request))


def rows(palette: dict[str, Any] | None) -> list[dict[str, Any]]:
    """What is chosen on a palette, each {"id", "weight"}."""
    return [row for row in (palette or {}).get("chosen") or [] if isinstance(row, dict) and "id" in row]


def _tab(request: gr.Request) -> str:
    return f"{request.session_hash or ''}/film"
