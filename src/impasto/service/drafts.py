"""What a request asks for, however it was written, and the order that becomes of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

from pydantic import ValidationError

from impasto import registry
from impasto.core import Extra, Method, UsageError, unknown

from .films import FILM_FORMATS, check_film, refuse_strange_film
from .orders import (
    MAX_PICTURES,
    RESULT_FORMATS,
    Order,
    Role,
    Sheet,
    check_settings,
    choose,
    clean_name,
    refuse_stranger,
)

FIELDS = ("method", "quality", "preset", "options", "seed", "format", "measure", "weights", "film")
"""What a request may say beside its pictures."""
FILES: tuple[Role, ...] = tuple(role for role in get_args(Role) if role != "extras")
"""Roles that pictures are sent under; further ones come under their own names."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a request: the field it came under, what its sender calls it, and its bytes."""

    field: str
    name: str | None
    data: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """A request as it was read. values: FIELDS that were given, each of its JSON type."""

    values: dict[str, Any]
    uploads: Sequence[Upload] = field(default_factory=list[Upload])

    def get(self, name: str, kind: type, fallback: Any, wording: str) -> Any:
        """A value, or what stands for it where it was not given. Raises UsageError for one of another type."""
        value = self.values.get(name)
        if value is None or value == "":
            return fallback
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise UsageError(f"{name}: this must be {wording}.")
        return value


def read_draft(draft: Draft, *, film: bool = False) -> tuple[Order, dict[str, bytes]]:
    """The order and its pictures. film: that of a film. Raises UsageError or InputError in one line."""
    named = {name: draft.get(name, str, None, "a name") for name in ("method", "quality", "preset")}
    if film and not named["method"]:
        named["quality"] = named["quality"] or registry.DEFAULT_FILM_QUALITY
    method, preset = choose(named["method"], named["quality"], named["preset"])
    options = draft.get("options", dict, {}, "an object")
    check_settings(method, preset, options)
    settings = draft.get("film", dict, {}, "an object")
    if film:
        check_film(settings)
    elif settings:
        raise UsageError("film: these settings are for films; send those to /v1/videos.")
    sheets, pictures = _sheets(draft, method, film)
    formats = FILM_FORMATS if film else RESULT_FORMATS
    if (format := draft.get("format", str, formats[0], "a name")) not in formats:
        raise unknown("format", format, formats, f"There are: {', '.join(formats)}.")
    try:
        order = Order(
            method=method.id, preset=preset, options=options, seed=draft.get("seed", int, 0, "a whole number"),
            format=format, measure=draft.get("measure", bool, False, "true or false"),
            film=settings if film else None, sheets=tuple(sheets),
        )  # fmt: skip
    except ValidationError:
        raise UsageError("seed: must be a whole number from 0 to 9223372036854775807.") from None
    return order, pictures


def _sheets(draft: Draft, method: Method, film: bool) -> tuple[list[Sheet], dict[str, bytes]]:
    """What was uploaded, under names of ours."""
    weights = draft.get("weights", list, [], "a list of numbers")
    if len(draft.uploads) > MAX_PICTURES:
        raise UsageError(f"{len(draft.uploads)} pictures; an order may have {MAX_PICTURES}.")
    sheets: list[Sheet] = []
    pictures: dict[str, bytes] = {}
    for upload in draft.uploads:
        role = _role(upload.field, method, film)
        if role in ("content", "clip", "extras") and any(
            s.role == role and s.key in ("", upload.field) for s in sheets
        ):
            raise UsageError(f"{upload.field}: given twice.")
        name = clean_name(upload.name, upload.field)
        (refuse_strange_film if role == "clip" else refuse_stranger)(upload.data, name)
        weight = _weight(weights, sum(s.role == "styles" for s in sheets)) if role == "styles" else 1.0
        key = upload.field if role == "extras" else ""
        sheets.append(Sheet(role=role, file=f"picture-{len(sheets)}", name=name, weight=weight, key=key))
        pictures[sheets[-1].file] = upload.data
    styles = sum(sheet.role == "styles" for sheet in sheets)
    if weights and len(weights) != styles:
        raise UsageError(f"weights: {len(weights)} for {styles} styles; give one for each, or none.")
    if film and not any(sheet.role == "clip" for sheet in sheets):
        raise UsageError("clip: no film. Send one to repaint.")
    return sheets, pictures


def _role(name: str, method: Method, film: bool) -> Role:
    if name == "content" and film:
        raise UsageError("content: the film goes under the name 'clip'.")
    if name == "clip" and not film:
        raise UsageError("clip: send films to /v1/videos.")
    if name in FILES:
        return name
    extras = {spec.name for spec in method.inputs if isinstance(spec, Extra)}
    if name not in extras:
        takes = ", ".join(spec.name for spec in method.inputs)
        raise unknown("input", name, (*FILES, *extras), f"'{method.id}' takes: {takes}.")
    return "extras"


def _weight(weights: list[Any], number: int) -> float:
    value = weights[number] if number < len(weights) else 1.0
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e9:
        raise UsageError(f"weights: each must be a number above 0, got {str(value)[:40]!r}.")
    return float(value)
