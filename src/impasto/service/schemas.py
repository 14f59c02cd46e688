"""Schemas of the OpenAPI document that do not follow from a method: jobs, refusals, pictures in JSON, films, limits."""

from typing import Any

from impasto import registry

from .films import ACCEPTED_FILMS, FILM_FORMATS
from .options import ServiceOptions
from .orders import MAX_PICTURES

_STATES = ["queued", "running", "done", "failed", "cancelled"]
_PICTURE = {"type": "string", "format": "binary"}
_PICTURE_REF = {"$ref": "#/components/schemas/Picture"}
_STYLE_REF = {"$ref": "#/components/schemas/Style"}
_NUMBER_OR_NULL = {"type": ["number", "null"]}


def limits_text(options: ServiceOptions) -> str:
    """What the server takes, in words."""
    return (
        f"This server takes requests of {options.max_upload_mb:g} MB, pictures of {options.max_megapixels:g} megapixels "
        f"(all of an order together twice that) and up to {MAX_PICTURES} of them, and paints up to "
        f"{options.max_result_megapixels:g} megapixels and for up to {options.max_seconds:g} seconds. Films: "
        f"{options.max_film_seconds:g} seconds, {options.max_film_megapixels:g} megapixels in all painted frames "
        f"together. {options.queue_limit} jobs may wait; results are kept for {options.keep_hours:g} hours."
    )


def job_schema() -> dict[str, Any]:
    """How a job stands."""
    return {
        "type": "object",
        "required": ["id", "state", "method", "links"],
        "properties": {
            "id": {"type": "string", "description": "Knowing it is the right to the picture."},
            "state": {"enum": _STATES},
            "method": {"type": "string"},
            "headline": {"type": "string"},
            "created": {"type": "number"},
            "finished": _NUMBER_OR_NULL,
            "position": {"type": ["integer", "null"], "description": "Jobs before this one in its queue."},
            "progress": {"type": ["object", "null"]},
            "fraction": _NUMBER_OR_NULL,
            "eta_seconds": _NUMBER_OR_NULL,
            "seconds": _NUMBER_OR_NULL,
            "error": {"type": ["string", "null"]},
            "links": {"type": "object", "additionalProperties": {"type": "string"}},
        },
    }


def problem_schema() -> dict[str, Any]:
    """A refusal."""
    return {"type": "object", "required": ["detail"], "properties": {"detail": {"type": "string"}}}


def in_json(form: dict[str, Any]) -> dict[str, Any]:
    """A form's schema for a JSON body: its files are objects that carry base64 or name an upload."""

    def turned(name: str, field: dict[str, Any]) -> dict[str, Any]:
        reference = _STYLE_REF if name == "styles" else _PICTURE_REF
        if field.get("format") == "binary":
            return {key: value for key, value in field.items() if key not in ("type", "format")} | reference
        return {**field, "items": reference} if field.get("items", {}).get("format") == "binary" else field

    return {**form, "properties": {name: turned(name, field) for name, field in form["properties"].items()}}


def picture_schema(weighted: bool) -> dict[str, Any]:
    """A picture or film within a JSON order. weighted: a style's."""
    weight = {"weight": {"type": "number", "exclusiveMinimum": 0}} if weighted else {}
    return {
        "type": "object",
        "properties": {
            "data": {"type": "string", "contentEncoding": "base64"},
            "upload": {"type": "string", "description": "The id of an earlier upload, instead of data."},
            "name": {"type": "string", "description": "What messages and the report call it."},
            **weight,
        },
        "oneOf": [{"required": ["data"]}, {"required": ["upload"]}],
        "additionalProperties": False,
    }


def upload_schema() -> dict[str, Any]:
    """The answer to an upload."""
    found = {"id": {"type": "string"}, "hours": {"type": "number", "description": "How long it is kept at most."}}
    return {"type": "object", "required": ["id"], "properties": found}


def film_form(options: ServiceOptions, shared: dict[str, Any]) -> dict[str, Any]:
    """The form of a film: any method that repaints a photo paints its frames."""
    able = [method.id for method in registry.methods().values() if method.takes_content]
    several = {"type": "array", "items": _PICTURE, "maxItems": 16}
    clip = {**_PICTURE, "description": f"{ACCEPTED_FILMS}; {options.max_film_seconds:g} seconds of it, or a part."}
    fields = {
        "clip": clip,
        "method": {"enum": able},
        "quality": {"enum": list(registry.QUALITY), "default": registry.DEFAULT_FILM_QUALITY},
        "preset": {"type": "string"},
        "options": {"type": "object", "description": "As for a picture of the same method."},
        "styles": several,
        "masks": several,
        "style_masks": several,
        "film": {"$ref": "#/components/schemas/film"},
        "seed": shared["seed"],
        "format": {"enum": list(FILM_FORMATS), "default": FILM_FORMATS[0]},
    }
    return {"type": "object", "title": "A film", "properties": fields, "required": ["clip"]}
