"""From what stands in the page to an order with its pictures, and back again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from impasto import assets, registry
from impasto.api.catalogue import options_page
from impasto.core import Content, Masks, Method, StyleMasks, Styles, UsageError
from impasto.service.desk import Desk
from impasto.service.orders import Order, Role, Sheet, check_settings, clean_name

from . import canvas
from .shelf import Shelf, lay_out

Slots = dict[str, list[str]]
"""Pictures beside photo and styles, as ids on the shelf, by slot (see `words.slots`)."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the page holds when somebody presses the button. chosen: [{"id", "weight"}] of the palette."""

    photo: str | None
    chosen: list[dict[str, Any]]
    method: str
    preset: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    kept: Slots = field(default_factory=dict[str, list[str]])
    seed: int = 0
    format: str = "png"
    measure: bool = False


def form_value(method: Method, preset: str | None, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the form of a method needs to draw itself: its options with their values under the preset, and those chosen."""
    base = method.make_options(preset).model_dump(mode="json")
    rows = options_page(method.options)
    for row in rows:
        row |= {"base": base[row["name"]], "label": row["name"].replace("_", " "), "default": base[row["name"]]}
    names = {row["name"] for row in rows}
    return {"specs": rows, "values": {k: v for k, v in (values or {}).items() if k in names}}


def presets(method: Method) -> list[tuple[str, str]]:
    """Presets a person may want, the defaults first; the one for tests is not among them."""
    return [("as it comes", ""), *((name, name) for name in method.presets if name != "tiny")]


def is_quick(method: Method) -> bool:
    """Whether a method paints while one waits: no picture is optimised and no patch is grown."""
    return method.taxonomy.reconstruction == "offline" or method.taxonomy.family in ("filters", "colour", "strokes")


def make_order(wish: Wish, shelf: Shelf) -> tuple[Order, dict[str, bytes]]:
    """The order and its pictures. Raises UsageError or InputError for what is missing or wrong."""
    method = registry.get(wish.method)
    sheets: list[Sheet] = []
    pictures: dict[str, bytes] = {}

    def add(role: Role, data: bytes, name: str, weight: float = 1.0, key: str = "") -> None:
        file = f"picture-{len(sheets)}"
        sheets.append(Sheet(role=role, file=file, name=name, weight=weight, key=key))
        pictures[file] = data

    takes = {type(spec) for spec in method.inputs}
    if wish.photo is not None and Content in takes:
        add("content", *_photo(wish.photo))
    chosen = wish.chosen if Styles in takes else []
    if any(isinstance(spec, Styles) and not spec.many for spec in method.inputs):
        chosen = chosen[:1]
    for choice in chosen:
        data, name = shelf.get(str(choice["id"]))
        add("styles", data, name, _weight(choice.get("weight", 1.0)))
    _add_slots(wish.kept, method, shelf, len(chosen), add, pictures, sheets)
    check_settings(method, wish.preset, dict(wish.options))
    order = Order(
        method=method.id, preset=wish.preset, options=dict(wish.options), seed=wish.seed, format=wish.format,  # type: ignore[arg-type]
        measure=wish.measure, sheets=tuple(sheets),
    )  # fmt: skip
    return order, pictures


def _photo(path: str) -> tuple[bytes, str]:
    """A photo that Gradio took in: its bytes, and the name it came with."""
    return Path(path).read_bytes(), clean_name(Path(path).name, "photo")


def _weight(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e6:
        raise UsageError("a painting's weight must be a number above 0.")
    return round(float(value), 4)


def _add_slots(
    kept: Slots, method: Method, shelf: Shelf, styles: int, add: Any, pictures: Any, sheets: list[Sheet]
) -> None:
    """Masks and further pictures, where the method takes them."""
    takes = {type(spec) for spec in method.inputs}
    if Masks in takes:
        for key in kept.get("masks", [])[: max(1, styles)]:
            data, name = shelf.get(key)
            add("masks", data, name)
    parts = {int(slot.partition(":")[2]): keys for slot, keys in kept.items() if slot.startswith("style_masks:")}
    if StyleMasks in takes and any(parts.get(number) for number in range(styles)):
        files = [sheet.file for sheet in sheets if sheet.role == "styles"]
        for number in range(styles):
            keys = parts.get(number)
            # Each style needs a mask once one has it; those nobody painted for are taken whole.
            data, name = shelf.get(keys[0]) if keys else (_white(pictures[files[number]]), f"whole-{number + 1}.png")
            add("style_masks", data, name)
    for spec in method.inputs:
        if spec.name in kept and not isinstance(spec, Content | Styles | Masks | StyleMasks):
            for key in kept[spec.name][:1]:
                data, name = shelf.get(key)
                add("extras", data, name, 1.0, spec.name)


def _white(style: bytes) -> bytes:
    from impasto.image import decode, encode

    height, width = decode(style).size
    return encode(np.ones((height, width, 3), np.float32), "png")


def wish_again(desk: Desk, job_id: str, shelf: Shelf, folder: Path) -> Wish:
    """The wish behind an earlier order: its pictures are put where the page finds them. Raises KeyError."""
    stored = desk.folder(job_id)
    order = stored.order
    if order is None:
        raise KeyError(job_id)
    photo: str | None = None
    chosen: list[dict[str, Any]] = []
    kept: Slots = {}
    for sheet in order.sheets:
        data = (stored / sheet.file).read_bytes()
        if sheet.role == "content":
            photo = lay_out(data, folder / job_id / sheet.name)
        elif sheet.role == "styles":
            chosen.append({"id": _key(data, sheet.name, shelf), "weight": sheet.weight})
        else:
            slot = sheet.key or sheet.role
            if sheet.role == "style_masks":
                slot = f"style_masks:{sum(s.startswith('style_masks:') for s in kept)}"
            kept.setdefault(slot, []).append(shelf.put(data, sheet.name))
    return Wish(photo, chosen, order.method, order.preset, order.options, kept, order.seed, order.format)


def _key(data: bytes, name: str, shelf: Shelf) -> str:
    """The id of a painting: the bundled one's where it is that, else one on the shelf."""
    if name in assets.names() and assets.path(name).read_bytes() == data:
        return f"bundled:{name}"
    return shelf.put(data, name)


def keep_canvas(method: Method, slot: str, painted: dict[str, Any] | None, styles: int, shelf: Shelf) -> list[str]:
    """Put what was painted for a slot on the shelf; returns the ids, none where the canvas was bare."""
    if not painted:
        return []
    layer = canvas.read_layers(list(painted.get("layers") or []), shelf.pixels)
    whole = painted.get("composite") or painted.get("background")
    composite = Path(whole).read_bytes() if whole else None
    made = canvas.made_for(method, slot, layer, composite, styles)
    return [shelf.put(data, name) for name, data in made]
