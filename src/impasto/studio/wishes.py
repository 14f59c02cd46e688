"""From what stands in the page to an order with its pictures, and back again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from impasto import assets, registry
from impasto.api import zoo
from impasto.api.catalogue import options_page
from impasto.core import FAMILIES, Content, Masks, Method, StyleMasks, Styles, UsageError
from impasto.service.desk import Desk
from impasto.service.orders import Order, Role, Sheet, check_settings, clean_name

from . import canvas
from .shelf import Shelf, lay_out, named

Slots = dict[str, list[str]]
"""Pictures beside photo and styles, as ids on the shelf, by slot (see `words.slots`)."""
NAMES = "style_name"
"""The option of methods that know their styles by name."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the page holds when somebody presses the button. chosen: [{"id", "weight"}] of the palette.

    clip, film: a film in place of the photo, and its settings.
    """

    photo: str | None
    chosen: list[dict[str, Any]]
    method: str
    preset: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    kept: Slots = field(default_factory=dict[str, list[str]])
    seed: int = 0
    format: str = "png"
    measure: bool = False
    clip: str | None = None
    film: Mapping[str, Any] | None = None


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


def method_choices(which: Any = lambda _: True) -> list[tuple[str, str]]:
    """Every method as "title · family", the families in the survey's order."""
    order = list(FAMILIES)
    known = sorted(
        (m for m in registry.methods().values() if which(m)), key=lambda m: (order.index(m.taxonomy.family), m.title)
    )
    return [(f"{m.title} · {FAMILIES[m.taxonomy.family].lower()}", m.id) for m in known]


def comparable(method: Method) -> bool:
    """Whether a method makes a picture from one photo and one painting, and nothing else."""
    needed = [spec for spec in method.inputs if not spec.optional]
    return method.takes_content and all(isinstance(spec, Content | Styles) for spec in needed)


def is_quick(method: Method) -> bool:
    """Whether a method paints while one waits: no picture is optimised and no patch is grown."""
    return method.taxonomy.reconstruction == "offline" or method.taxonomy.family in ("filters", "colour", "strokes")


def takes_names(method: Method) -> bool:
    """Whether a method paints styles it knows by name, and no painting that is shown to it."""
    return NAMES in method.options.model_fields and not method.takes_styles


def by_name(chosen: Sequence[Mapping[str, Any]]) -> str:
    """The styles by name among what is chosen, as the option takes them: "udnie", "udnie:1,dragon:2"; empty for none."""
    found = {style: _weight(row.get("weight", 1.0)) for row in chosen if (style := named(str(row["id"])))}
    return next(iter(found)) if len(found) == 1 else ",".join(f"{style}:{weight:g}" for style, weight in found.items())


def method_by_name(current: str, names: str) -> Method:
    """The method that paints styles by name: the current one where it can."""
    able = next((entry.methods for entry in zoo.entries() if entry.name == names), ())
    return registry.get(current if current in able else registry.method_of_style(names))


def at_once(wish: Wish) -> Wish:
    """The wish for a picture that nobody pressed a button for: quick, and in the style just chosen."""
    wish = replace(wish, kept={})  # masks were painted for a photo that may be gone
    method = registry.get(wish.method)
    if names := by_name(wish.chosen):
        wanted = method_by_name(method.id, names)
        same = wanted.id == method.id
        options = {name: value for name, value in wish.options.items() if same and name != NAMES}
        return replace(wish, method=wanted.id, preset=wish.preset if same else None, options=options)
    if is_quick(method) and not (takes_names(method) and wish.chosen):
        return wish
    method, preset = registry.choose(None, "fast"), registry.preset_for("fast", None)
    return replace(wish, method=method.id, preset=preset, options={})


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
    if wish.clip is not None:
        add("clip", *_photo(wish.clip))
    elif wish.photo is not None and Content in takes:
        add("content", *_photo(wish.photo))
    options, names = dict(wish.options), by_name(wish.chosen)
    if takes_names(method) and names:
        options.setdefault(NAMES, names)
    chosen = wish.chosen if Styles in takes else []
    if any(isinstance(spec, Styles) and not spec.many for spec in method.inputs):
        chosen = chosen[:1]
    for choice in chosen:
        data, name = shelf.get(str(choice["id"]))
        add("styles", data, name, _weight(choice.get("weight", 1.0)))
    places = names.count(",") + 1 if takes_names(method) else len(chosen)
    _add_slots(wish.kept, method, shelf, places, add, pictures, sheets)
    check_settings(method, wish.preset, options)
    order = Order(
        method=method.id, preset=wish.preset, options=options, seed=wish.seed, format=wish.format,  # type: ignore[arg-type]
        measure=wish.measure, film=None if wish.film is None else dict(wish.film), sheets=tuple(sheets),
    )  # fmt: skip
    return order, pictures


def named_weights(options: Mapping[str, Any]) -> dict[str, float]:
    """The styles by name that options ask for, with their weights; files and unknown names are left out.

    >>> named_weights({"style_name": "udnie:1,dragon:2"})
    {'udnie': 1.0, 'dragon': 2.0}
    """
    asked = options.get(NAMES)
    pairs = asked.items() if isinstance(asked, dict) else [w.partition(":")[::2] for w in str(asked or "").split(",")]
    known = {entry.name for entry in zoo.entries()}
    return {str(style): float(weight or 1) for style, weight in pairs if style in known}


def _photo(path: str) -> tuple[bytes, str]:
    """A photo or film that Gradio took in: its bytes, and the name it came with."""
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
    found: dict[str, str] = {}
    chosen: list[dict[str, Any]] = []
    kept: Slots = {}
    for sheet in order.sheets:
        data = (stored / sheet.file).read_bytes()
        if sheet.role in ("content", "clip"):
            found[sheet.role] = lay_out(data, folder / job_id / sheet.name)
        elif sheet.role == "styles":
            chosen.append({"id": _key(data, sheet.name, shelf), "weight": sheet.weight})
        else:
            slot = sheet.key or sheet.role
            if sheet.role == "style_masks":
                slot = f"style_masks:{sum(s.startswith('style_masks:') for s in kept)}"
            kept.setdefault(slot, []).append(shelf.put(data, sheet.name))
    if takes_names(registry.get(order.method)):
        chosen = [{"id": f"zoo:{style}", "weight": weight} for style, weight in named_weights(order.options).items()]
    return Wish(
        found.get("content"), chosen, order.method, order.preset, order.options, kept, order.seed, order.format,
        clip=found.get("clip"), film=order.film,
    )  # fmt: skip


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
