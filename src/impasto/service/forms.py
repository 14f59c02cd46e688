"""A form as it comes in: which order it means, and the pictures it carries."""

import hashlib
import hmac
import json
import uuid
from typing import Any

from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile

from impasto.core import Extra, Method, UsageError, unknown

from .orders import RESULT_FORMATS, Order, Role, Sheet, check_settings, choose, clean_name, refuse_stranger

_TEXTS = ("method", "quality", "preset", "options", "seed", "format", "measure", "weights")
_FILES: tuple[Role, ...] = ("content", "styles", "masks", "style_masks")


def id_for_key(secret: str, key: str | None) -> str | None:
    """The id that belongs to a client's key: as unguessable as the key, and of no use on another server."""
    if key is None:
        return None
    try:
        key = uuid.UUID(key).hex
    except ValueError:
        raise UsageError("Idempotency-Key: it must be a random UUID.") from None
    return hmac.new(secret.encode(), key.encode(), hashlib.sha256).hexdigest()[:32]


async def read_form(form: FormData) -> tuple[Order, dict[str, bytes]]:
    """The order and pictures of a form. Raises UsageError or InputError in one line."""
    texts: dict[str, str] = {}
    for name, value in form.multi_items():
        if isinstance(value, str) and name not in _TEXTS:
            if name in (*_FILES, "extras"):
                raise UsageError(f"{name}: send pictures as files; this server opens no path or address.")
            raise unknown("field", name, (*_TEXTS, *_FILES))
        if isinstance(value, str):
            if name in texts:
                raise UsageError(f"{name}: given twice.")
            texts[name] = value
    method, preset = choose(texts.get("method") or None, texts.get("quality") or None, texts.get("preset") or None)
    options = _json(texts, "options", dict, "an object")
    check_settings(method, preset, options)
    weights = _json(texts, "weights", list, "a list of numbers")
    sheets, pictures = await _pictures(form, method, weights)
    return _order(method, preset, options, texts, sheets), pictures


def _json(texts: dict[str, str], name: str, kind: type, wording: str) -> Any:
    try:
        value = json.loads(texts.get(name) or ("{}" if kind is dict else "[]"))
    except (ValueError, RecursionError):
        raise UsageError(f"{name}: this must be JSON: {wording}.") from None
    if not isinstance(value, kind):
        raise UsageError(f"{name}: this must be {wording}.")
    return value


async def _pictures(form: FormData, method: Method, weights: list[Any]) -> tuple[list[Sheet], dict[str, bytes]]:
    """What was uploaded, under names of ours."""
    extras = {spec.name for spec in method.inputs if isinstance(spec, Extra)}
    sheets: list[Sheet] = []
    pictures: dict[str, bytes] = {}
    for field, value in form.multi_items():
        if not isinstance(value, UploadFile):
            continue
        role: Role = field if field in _FILES else "extras"  # type: ignore[assignment]
        if role == "extras" and field not in extras:
            raise unknown(
                "input", field, (*_FILES, *extras), f"'{method.id}' takes: {', '.join(s.name for s in method.inputs)}."
            )
        if role in ("content", "extras") and any(s.role == role and s.key in ("", field) for s in sheets):
            raise UsageError(f"{field}: given twice.")
        name = clean_name(value.filename, field)
        data = await value.read()
        refuse_stranger(data, name)
        weight = _weight(weights, sum(s.role == "styles" for s in sheets)) if role == "styles" else 1.0
        key = field if role == "extras" else ""
        sheets.append(Sheet(role=role, file=f"picture-{len(sheets)}", name=name, weight=weight, key=key))
        pictures[sheets[-1].file] = data
    styles = sum(sheet.role == "styles" for sheet in sheets)
    if weights and len(weights) != styles:
        raise UsageError(f"weights: {len(weights)} for {styles} styles; give one for each, or none.")
    return sheets, pictures


def _weight(weights: list[Any], number: int) -> float:
    value = weights[number] if number < len(weights) else 1.0
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e9:
        raise UsageError(f"weights: each must be a number above 0, got {str(value)[:40]!r}.")
    return float(value)


def _order(
    method: Method, preset: str | None, options: dict[str, Any], texts: dict[str, str], sheets: list[Sheet]
) -> Order:
    if (format := texts.get("format") or RESULT_FORMATS[0]) not in RESULT_FORMATS:
        raise unknown("format", format, RESULT_FORMATS, f"There are: {', '.join(RESULT_FORMATS)}.")
    measure = (texts.get("measure") or "false").lower()
    if measure not in ("true", "false"):
        raise UsageError("measure: must be true or false.")
    try:
        return Order(
            method=method.id, preset=preset, options=options, seed=int(texts.get("seed") or 0), format=format,  # type: ignore[arg-type]
            measure=measure == "true", sheets=tuple(sheets),
        )  # fmt: skip
    except (ValidationError, ValueError):
        raise UsageError("seed: must be a whole number from 0 to 9223372036854775807.") from None
