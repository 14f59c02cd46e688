"""Which deed in the page leads to what."""

from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Any

import gradio as gr

from impasto import registry
from impasto.core import ImpastoError, Method

from . import canvas, words
from .bench import Bench
from .cinema import rows
from .page import Page, about
from .shelf import lay_out, title
from .wishes import (
    NAMES,
    Slots,
    Wish,
    by_name,
    form_value,
    keep_canvas,
    method_by_name,
    presets,
    takes_names,
    wish_again,
)

Update = dict[str, Any]
"""The value of one of our own parts; None from a page that has not drawn it yet."""
_SILENT: dict[str, Any] = {"show_progress": "hidden"}
_QUIET: dict[str, Any] = {"show_progress": "hidden", "concurrency_limit": None, "trigger_mode": "multiple"}


class Events:
    """Wires a page to a bench. folder: where pictures lie that Gradio may show."""

    def __init__(self, page: Page, bench: Bench, folder: Path) -> None:
        """Connect everything; called within the page's blocks."""
        self.page, self.bench, self.folder = page, bench, folder
        self._wire_choices()
        self._wire_painting()
        self._wire_canvas()
        self._wire_rest()
        page.cinema.wire(page.history, page.wall)
        page.mirror.wire()

    # Choices --------------------------------------------------------------------------------------------------------

    def _wire_choices(self) -> None:
        page = self.page
        page.photos.change(_plainly(self.take_photo), page.photos, page.photo, **_SILENT)
        page.own.upload(_plainly(self.add_painting), [page.own, page.palette], page.palette, show_progress="hidden")
        self._panel = [page.about, page.preset, page.form, page.slot, page.masks]
        page.quality.input(
            _plainly(self.choose_quality), [page.quality, page.palette], [page.method, *self._panel], **_SILENT
        )
        page.method.input(
            self.choose_method, [page.method, page.form, page.palette], [page.quality, *self._panel], **_SILENT
        )
        page.preset.input(
            _plainly(self.choose_preset), [page.method, page.preset], [page.form, page.quality], **_SILENT
        )
        page.palette.change(
            _plainly(self.follow_palette), [page.method, page.form, page.palette, page.slot],
            [page.method, page.quality, *self._panel], **_SILENT,
        )  # fmt: skip

    def take_photo(self, value: Update) -> str | None:
        """Put the bundled photo that was clicked into the frame."""
        chosen = rows(value)
        if not chosen:
            return None
        data, name = self.bench.shelf.get(str(chosen[0]["id"]))
        return lay_out(data, self.folder / "photos" / Path(name).name)

    def add_painting(self, files: list[str] | None, palette: Update) -> Update:
        """Put paintings that were brought along onto the palette, and choose the last one."""
        palette = palette or self.bench.shelf.palette()
        items, chosen = list(palette.get("items") or []), rows(palette)
        for file in files or []:
            key = self.bench.shelf.put(Path(file).read_bytes(), Path(file).name)
            items.insert(0, self.bench.shelf.item(key))
            chosen = [{"id": key, "weight": 1}]
        return {**palette, "items": items, "chosen": chosen}

    def choose_quality(self, quality: str, palette: Update) -> tuple[Any, ...]:
        """Set the method and preset that a quality stands for."""
        if not quality:
            return (gr.skip(),) * (1 + len(self._panel))
        method, preset = registry.choose(None, quality), registry.preset_for(quality, None)
        return method.id, *self.panel(method, preset, {}, palette)

    def choose_method(self, method_id: str, form: Update, palette: Update, request: gr.Request) -> tuple[Any, ...]:
        """Show another method; the size that was asked for stays."""
        # Drawn anew for an echo, the form would lose what was changed on it by then.
        if self.bench.echoes.is_echo(f"{request.session_hash}/method", (method_id, form, rows(palette))):
            return (gr.skip(),) * (1 + len(self._panel))
        method = registry.get(method_id)
        values = {k: v for k, v in _values(form).items() if k == "size"}
        return _quality_of(method.id, None), *self.panel(method, None, values, palette)

    def choose_preset(self, method_id: str, preset: str) -> tuple[Update, str]:
        """Fill the form with a preset's values."""
        method = registry.get(method_id)
        known = preset if preset in method.presets else None
        return form_value(method, known), _quality_of(method_id, known)

    def follow_palette(self, method_id: str, form: Update, palette: Update, slot: str | None) -> tuple[Any, ...]:
        """Show the method that paints what was chosen: one that knows it by name, or one that looks at paintings.

        Offers the further pictures that there are places for with so many of them.
        """
        method, chosen = registry.get(method_id), rows(palette)
        if names := by_name(chosen):
            wanted, values = method_by_name(method_id, names), _values(form)
            if wanted.id == method_id:
                form = {**(form or {}), "values": {**values, NAMES: names}}
                return *(gr.skip(),) * 4, form, self._slots(method, palette, slot), gr.skip()
            values = {k: v for k, v in values.items() if k == "size"} | {NAMES: names}
            return wanted.id, _quality_of(wanted.id, None), *self.panel(wanted, None, values, palette)
        if takes_names(method) and chosen:
            method, preset = registry.choose(None, "fast"), registry.preset_for("fast", None)
            return method.id, "fast", *self.panel(method, preset, {}, palette)
        return *(gr.skip(),) * 5, self._slots(method, palette, slot), gr.skip()

    def panel(self, method: Method, preset: str | None, values: dict[str, Any], palette: Update) -> tuple[Any, ...]:
        """A method's summary, presets, options and further pictures."""
        slots = self._slots(method, palette, None)
        chosen = gr.Dropdown(presets(method), value=preset or "")
        return (
            about(method),
            chosen,
            form_value(method, preset, values),
            slots,
            gr.Accordion(visible=bool(slots.choices)),
        )

    def _slots(self, method: Method, palette: Update, slot: str | None) -> gr.Dropdown:
        found = words.slots(method, [title(name) for name in self._names(palette)] or ["the painting"])
        kept = slot if slot in [row[1] for row in found] else next((row[1] for row in found), None)
        return gr.Dropdown([row[:2] for row in found], value=kept)

    def _names(self, palette: Update) -> list[str]:
        return [self.bench.shelf.name(str(c["id"])) for c in rows(palette)]

    # Painting -------------------------------------------------------------------------------------------------------

    def _wire_painting(self) -> None:
        page = self.page
        self._inputs = [
            page.photo,
            page.palette,
            page.method,
            page.preset,
            page.form,
            page.kept,
            page.seed,
            page.format,
            page.history,
        ]
        self._outputs = [page.easel, page.command, page.python, page.report, page.history, page.wall, page.stop]
        automatic = [page.photo.change, page.palette.change]
        gr.on(automatic, self._painter(False), self._inputs, self._outputs, **_QUIET)
        gr.on([page.paint.click], self._painter(True), self._inputs, self._outputs, **_QUIET)
        page.stop.click(self.stop, None, None, **_SILENT)

    def _painter(self, asked: bool) -> Callable[..., AsyncIterator[tuple[Any, ...]]]:
        """What paints the page's picture. asked: by the button; otherwise something quick, for a new photo or painting."""

        async def paint(
            photo: str | None, palette: Update, method: str, preset: str, form: Update, kept: Slots, seed: Any, format: str,
            history: list[Any], request: gr.Request,
        ) -> AsyncIterator[tuple[Any, ...]]:  # fmt: skip
            wish = self.wish(photo, palette, method, preset, form, kept, seed, format)
            async for update in self._paint(wish, history, request, asked):
                yield update

        return paint

    async def _paint(
        self, wish: Wish, history: list[Any], request: gr.Request, asked: bool
    ) -> AsyncIterator[tuple[Any, ...]]:
        """Paint what the page asks for, and tell of it until it is done."""
        nothing = (gr.skip(),) * len(self._outputs)
        yield nothing  # where nothing at all is told, Gradio empties what is on the page, the history too
        if not asked and (wish.photo is None or (registry.get(wish.method).takes_styles and not wish.chosen)):
            return
        tab, told = request.session_hash or "", False
        async for easel, order, job_id in self.bench.paint(wish, tab, asked):
            ended = easel["state"] not in ("queued", "running")
            if order is None or job_id is None:
                yield easel, *nothing[1:]
                continue
            command = self.bench.words(order) if not told else (gr.skip(), gr.skip())
            told = True
            if not ended:
                yield easel, *command, gr.skip(), gr.skip(), gr.skip(), gr.Button(visible=True)
                continue
            history = self.bench.remember(history or [], job_id, order) if easel.get("download") else history
            report = self.bench.desk.folder(job_id).read_json("report.json")
            yield easel, *command, report, history, self.bench.wall(history or []), gr.Button(visible=False)

    def wish(
        self,
        photo: str | None,
        palette: Update,
        method: str,
        preset: str,
        form: Update,
        kept: Slots,
        seed: Any,
        format: str,
    ) -> Wish:
        """What the page asks for."""
        declared = registry.get(method)
        options = {k: v for k, v in _values(form).items() if k in declared.options.model_fields}
        return Wish(
            photo,
            rows(palette),
            method,
            preset if preset in declared.presets else None,
            options,
            dict(kept or {}),
            int(seed or 0),
            format,
        )

    def stop(self, request: gr.Request) -> None:
        """End the picture on the easel early."""
        self.bench.stop(request.session_hash or "")

    # Masks ----------------------------------------------------------------------------------------------------------

    def _wire_canvas(self) -> None:
        page = self.page
        lay = [page.slot, page.method, page.photo, page.palette]
        gr.on(
            [page.slot.change, page.masks.expand],
            _plainly(self.lay_canvas),
            lay,
            [page.canvas, page.slot_help],
            show_progress="hidden",
        )
        page.keep.click(
            self.keep, [page.slot, page.method, page.canvas, page.palette, page.kept], [page.kept, page.kept_words]
        )
        page.forget.click(lambda: ({}, ""), None, [page.kept, page.kept_words], show_progress="hidden")

    def lay_canvas(self, slot: str | None, method_id: str, photo: str | None, palette: Update) -> tuple[Any, str]:
        """Lay the picture under the canvas that the slot belongs to, and say what is wanted."""
        method = registry.get(method_id)
        names = self._names(palette)
        found = {s: text for _, s, text in words.slots(method, names or ["the painting"])}
        if slot not in found:
            return gr.ImageEditor(visible=True), ""
        below = canvas.background(slot, method)
        path = photo
        if below.startswith("styles:"):
            chosen = rows(palette)
            number = int(below.partition(":")[2])
            path = self._shown(str(chosen[number]["id"])) if number < len(chosen) else None
        text = _slot_words(slot, names) or found[slot]
        value = None if path is None else {"background": path, "layers": [], "composite": None}
        return gr.ImageEditor(value, visible=True), text  # pyright: ignore[reportArgumentType]

    def _shown(self, key: str) -> str:
        """A picture of the shelf as a file that Gradio may show."""
        data, name = self.bench.shelf.get(key)
        return lay_out(data, self.folder / "shelf" / key.replace(":", "-") / Path(name).name)

    def keep(self, slot: str | None, method_id: str, painted: Any, palette: Update, kept: Slots) -> tuple[Slots, str]:
        """Keep what was painted for the next picture."""
        method = registry.get(method_id)
        names = self._names(palette)
        if slot is None:
            return kept, ""
        made = keep_canvas(method, slot, painted, len(names), self.bench.shelf)
        kept = {**kept, slot: made} if made else {k: v for k, v in kept.items() if k != slot}
        labels = {s: label for label, s, _ in words.slots(method, [title(n) for n in names] or ["the painting"])}
        return kept, self._kept_words(kept, labels) or "Nothing is painted yet."

    def _kept_words(self, kept: Slots, labels: dict[str, str]) -> str:
        used = [labels[slot].lower() for slot in kept if slot in labels]
        return f"Used for the next picture: {', '.join(used)}." if used else ""

    # Comparison and history -----------------------------------------------------------------------------------------

    def _wire_rest(self) -> None:
        page = self.page
        page.compare.click(
            self.compare,
            [page.photo, page.palette, page.methods, page.size, page.seed],
            [page.grid, page.stop_comparing],
            **_QUIET,
        )
        page.stop_comparing.click(self.stop_comparing, None, None, show_progress="hidden")
        restored = [
            page.photo, page.palette, page.method, page.quality, *self._panel, page.kept, page.seed, page.format,
        ]  # fmt: skip
        restored += [page.settings, *page.cinema.settings, page.tabs, page.history, page.wall]
        self._restored = len(restored)
        given = [page.palette, page.cinema.palette, page.history]
        for wall in (page.wall, page.grid):
            wall.change(_plainly(self.act), [wall, *given], restored, show_progress="hidden")

    async def compare(
        self, photo: str | None, palette: Update, methods: list[str], size: float, seed: Any, request: gr.Request
    ) -> AsyncIterator[tuple[Any, Any]]:
        """Paint the same pictures in several manners."""
        chosen = rows(palette)
        if photo is None or not chosen:
            raise gr.Error("Choose a photo and a painting on the first page.", print_exception=False)
        wishes = [
            Wish(photo, chosen, method, options={"size": int(size)}, seed=int(seed or 0)) for method in methods or []
        ]
        async for value in self.bench.compare(wishes, request.session_hash or ""):
            yield value, gr.Button(visible=True)
        yield gr.skip(), gr.Button(visible=False)

    def stop_comparing(self, request: gr.Request) -> None:
        """End the comparison early."""
        self.bench.stop_comparing(request.session_hash or "")

    def act(self, wall: Update, palette: Update, films: Update, history: list[Any]) -> tuple[Any, ...]:
        """What a card's button asks for: its settings again, or that it go. films: the palette of the films' tab."""
        deed = (wall or {}).get("act") or {}
        job_id = str(deed.get("id") or "")
        nothing = (gr.skip(),) * self._restored
        if deed.get("kind") == "delete":
            with suppress(KeyError):
                self.bench.desk.delete(job_id)
            history = [entry for entry in history or [] if entry.get("id") != job_id]
            return *nothing[:-2], history, self.bench.wall(history)
        if deed.get("kind") != "use":
            return nothing
        try:
            wish = wish_again(self.bench.desk, job_id, self.bench.shelf, self.folder)
        except (KeyError, FileNotFoundError):
            raise gr.Error("That picture is no longer there.", print_exception=False) from None
        rest = (gr.skip(), gr.skip())
        if wish.film is not None:
            film = self.page.cinema.again(wish, films)
            return *nothing[: -len(film) - 3], *film, gr.Tabs(selected="film"), *rest
        method = registry.get(wish.method)
        palette = self.bench.shelf.shown(palette, wish.chosen)
        return (
            wish.photo, palette, method.id, _quality_of(method.id, wish.preset),
            *self.panel(method, wish.preset, dict(wish.options), palette), wish.kept, wish.seed, wish.format,
            gr.Accordion(open=True), *nothing[: len(self.page.cinema.settings)], gr.Tabs(selected="paint"), *rest,
        )  # fmt: skip


def _values(form: Update | None) -> dict[str, Any]:
    """The options that differ from the preset's."""
    return (form or {}).get("values") or {}


def _quality_of(method_id: str, preset: str | None) -> str:
    """The quality that a method with a preset stands for; empty where it is none."""
    wanted = (method_id, preset)
    return next(
        (n for n in registry.QUALITY if (registry.choose(None, n).id, registry.preset_for(n, None)) == wanted), ""
    )


def _slot_words(slot: str, names: list[str]) -> str:
    """What to paint on the canvas for masks; the methods' own words are about files."""
    if slot.startswith("style_masks:"):
        return "Paint over the part of it whose look is to be taken."
    if slot != "masks":
        return ""
    if len(names) < 2:
        return "Paint over what is to be repainted; the rest stays as it is in the photo, as far as the method can."
    brushes = ", ".join(f"{number}. {title(name)}" for number, name in enumerate(names, 1))
    return f"Paint each painting's part with its own brush: {brushes}. What nobody paints goes to the first."


def _plainly(function: Callable[..., Any]) -> Callable[..., Any]:
    """Show refusals in the page as they are meant: one line, no traceback."""

    @wraps(function)
    def told(*given: Any) -> Any:
        try:
            return function(*given)
        except ImpastoError as error:
            raise gr.Error(str(error), print_exception=False) from None

    return told
