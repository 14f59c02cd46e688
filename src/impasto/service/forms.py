"""Requests as they come in, a form or JSON, read into drafts."""

import base64
import binascii
import hashlib
import hmac
import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from starlette.datastructures import FormData, UploadFile

from impasto.core import UsageError, unknown

from .drafts import FIELDS, FILES, Draft, Upload

Fetch = Callable[[str], tuple[bytes, str]]
"""The bytes and name behind the id of an earlier upload. Raises InputError where there is none."""
_IN_JSON = {"options": (dict, "an object"), "film": (dict, "an object"), "weights": (list, "a list of numbers")}
_PICTURE_KEYS = ("data", "upload", "name", "weight")


def id_for_key(secret: str, key: str | None) -> str | None:
    """The id that belongs to a client's key: as unguessable as the key, and of no use on another server."""
    if key is None:
        return None
    try:
        key = uuid.UUID(key).hex
    except ValueError:
        raise UsageError("Idempotency-Key: it must be a random UUID.") from None
    return hmac.new(secret.encode(), key.encode(), hashlib.sha256).hexdigest()[:32]


async def read_form(form: FormData) -> Draft:
    """What a form asks for. Raises UsageError in one line."""
    values: dict[str, Any] = {}
    uploads: list[Upload] = []
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            uploads.append(Upload(name, value.filename, await value.read()))
            continue
        if name not in FIELDS:
            if name in (*FILES, "extras"):
                raise UsageError(f"{name}: send pictures as files; this server opens no path or address.")
            raise unknown("field", name, (*FIELDS, *FILES))
        if name in values:
            raise UsageError(f"{name}: given twice.")
        values[name] = _typed(name, value)
    return Draft(values, uploads)


def _typed(name: str, text: str) -> Any:
    """A form's text as the value it stands for; empty is nothing."""
    if not text:
        return None
    if name in _IN_JSON:
        kind, wording = _IN_JSON[name]
        value = _loaded(text, f"{name}: this must be JSON: {wording}.")
        if not isinstance(value, kind):
            raise UsageError(f"{name}: this must be {wording}.")
        return value
    if name == "measure":
        if text.lower() not in ("true", "false"):
            raise UsageError("measure: must be true or false.")
        return text.lower() == "true"
    if name == "seed":
        try:
            return int(text)
        except ValueError:
            raise UsageError("seed: must be a whole number from 0 to 9223372036854775807.") from None
    return text


def _loaded(data: str | bytes, complaint: str) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise UsageError(complaint) from None


def read_json(body: bytes, fetch: Fetch) -> Draft:
    """What a JSON order asks for. Its pictures are objects: {"data": base64} or {"upload": id}, with a name and, for styles,
    a weight if they like. Raises UsageError or InputError in one line.
    """
    given = _loaded(body, "the body must be JSON: an object.")
    if not isinstance(given, dict):
        raise UsageError("the body must be JSON: an object.")
    values: dict[str, Any] = {}
    uploads: list[Upload] = []
    for name, value in given.items():
        if name in FIELDS:
            values[name] = value
            continue
        uploads += [_picture(name, picture, fetch) for picture in _listed(value)]
    weights = [picture.get("weight") for picture in _listed(given.get("styles"))]
    if any(weight is not None for weight in weights):
        if "weights" in values:
            raise UsageError("weights: given twice, here and with the styles.")
        values["weights"] = [1.0 if weight is None else weight for weight in weights]
    return Draft(values, uploads)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _picture(name: str, value: Any, fetch: Fetch) -> Upload:
    """One picture of a JSON order."""
    if not isinstance(value, Mapping) or ("data" in value) == ("upload" in value):
        raise UsageError(f'{name[:80]}: a picture must be {{"data": base64}} or {{"upload": id}}.')
    for key in value:
        if key not in _PICTURE_KEYS:
            raise unknown(f"key of {name[:80]}", str(key), _PICTURE_KEYS)
    called = value.get("name")
    if called is not None and not isinstance(called, str):
        raise UsageError(f"{name[:80]}: its name must be a text.")
    if "upload" in value:
        data, stored = fetch(str(value["upload"]))
        return Upload(name, called or stored, data)
    try:
        data = base64.b64decode(value["data"].encode("ascii"), validate=True)
    except (AttributeError, UnicodeEncodeError, binascii.Error):
        raise UsageError(f"{name[:80]}: its data must be base64.") from None
    return Upload(name, called, data)
