"""The OpenAPI document of /v1, made from the registry: every method's form, pictures, presets and options."""

from typing import Any

from impasto import registry
from impasto._version import __version__
from impasto.core import Extra, Masks, Method, StyleMasks, Styles

from .documents import PROBLEM
from .films import film_schema
from .options import ServiceOptions
from .orders import RESULT_FORMATS
from .schemas import film_form, in_json, job_schema, limits_text, picture_schema, problem_schema, upload_schema

_PICTURE = {"type": "string", "format": "binary"}


def openapi(options: ServiceOptions) -> dict[str, Any]:
    """The OpenAPI 3.1 document. Every method's form, with its pictures, presets and options, comes from its declaration.

    options: whose limits are stated.
    """
    methods = registry.methods().values()
    schemas: dict[str, Any] = {
        "Job": job_schema(), "Problem": problem_schema(), "Upload": upload_schema(), "Picture": picture_schema(False),
        "Style": picture_schema(True), "film": film_schema(),
    }  # fmt: skip
    orders = {f"{method.id}.order": _form_schema(method) for method in methods}
    orders |= {"quality.order": _quality_schema(), "video.order": film_form(options, _shared_fields())}
    for method in methods:
        schemas[f"{method.id}.options"] = _options_schema(method)
    for name, form in orders.items():
        schemas |= {name: form, name.replace(".order", ".json"): in_json(form)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "impasto",
            "version": __version__,
            "summary": "Pictures in the style of other pictures.",
            "description": limits_text(options),
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "security": [{}, {"token": []}],
        "paths": _paths([f"{method.id}.order" for method in methods]),
        "components": {"schemas": schemas, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


def _options_schema(method: Method) -> dict[str, Any]:
    schema = method.options.model_json_schema()
    return {**schema, "title": f"Options of {method.id}", "description": method.summary}


def _form_schema(method: Method) -> dict[str, Any]:
    """The form of one method: which pictures, which of them at least, and its options."""
    fields: dict[str, Any] = {"method": {"const": method.id}}
    if method.presets:
        fields["preset"] = {"enum": list(method.presets)}
    fields["options"] = {"$ref": f"#/components/schemas/{method.id}.options"}
    required = ["method"]
    for spec in method.inputs:
        several = isinstance(spec, Styles | Masks | StyleMasks)
        field = {"type": "array", "items": _PICTURE, "maxItems": 16 if spec.many else 1} if several else dict(_PICTURE)
        fields[spec.name] = {**field, "description": spec.help}
        if isinstance(spec, Styles):
            fields["weights"] = {
                "type": "array",
                "items": {"type": "number", "exclusiveMinimum": 0},
                "description": "One for each style; relative to one another.",
            }
        if isinstance(spec, Extra):
            fields[spec.name]["x-extra"] = True
        if not spec.optional:
            required.append(spec.name)
    return {"type": "object", "title": method.title, "properties": fields | _shared_fields(), "required": required}


def _shared_fields() -> dict[str, Any]:
    return {
        "seed": {"type": "integer", "minimum": 0, "maximum": 2**63 - 1, "default": 0},
        "format": {"enum": list(RESULT_FORMATS), "default": RESULT_FORMATS[0]},
        "measure": {
            "type": "boolean",
            "default": False,
            "description": "Add measures of style and content to the report.",
        },
    }


def _quality_schema() -> dict[str, Any]:
    return {
        "type": "object",
        "title": "By quality",
        "properties": {
            "quality": {"enum": list(registry.QUALITY)},
            "content": _PICTURE,
            "styles": {"type": "array", "items": _PICTURE},
            "options": {"type": "object"},
            **_shared_fields(),
        },
        "required": ["content", "styles"],
    }


def _paths(forms: list[str]) -> dict[str, Any]:
    job_id = {
        "name": "id",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{32}$"},
    }
    method_id = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    job = _content("application/json", {"$ref": "#/components/schemas/Job"})
    anything = _content("application/json", {})
    refusals = {
        "413": "Too many bytes.", "415": "Neither a form nor JSON.",
        "422": "The order cannot be painted; detail says why in one line.",
        "429": "Too many jobs wait; Retry-After says when to come again.", "507": "No disk space left for jobs.",
    }  # fmt: skip
    key = {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "format": "uuid"}}
    kinds = ("image/png", "image/jpeg", "image/webp", "video/mp4", "video/webm", "image/gif")
    pictures = {kind: {"schema": _PICTURE} for kind in kinds}
    taken = {"202": {"description": "Taken in.", "content": job}, **_problems(refusals)}
    submit = {
        "summary": "Order a picture.",
        "description": "The same Idempotency-Key twice is one job, however often a lost answer made you ask.",
        "parameters": [key],
        "requestBody": _bodies([*forms, "quality.order"]),
        "responses": taken,
    }
    film = {
        "summary": "Order a film, repainted frame by frame and steady, with its sound. It becomes a job like any other.",
        "parameters": [key],
        "requestBody": _bodies(["video.order"]),
        "responses": taken,
    }
    name = {"name": "name", "in": "query", "schema": {"type": "string"}, "description": "What messages call it."}
    upload = {
        "summary": "Send a picture or film ahead of the orders that name it; the body is the file.",
        "parameters": [name],
        "requestBody": {"required": True, "content": {"application/octet-stream": {"schema": _PICTURE}}},
        "responses": {
            "201": {"description": "Kept.", "content": _content("application/json", {"$ref": "#/components/schemas/Upload"})},
            **_problems({code: refusals[code] for code in ("413", "422")}),
        },
    }  # fmt: skip
    gone = {"404": "No such job, or no longer."}
    return {
        "/v1/jobs": {"post": submit},
        "/v1/videos": {"post": film},
        "/v1/uploads": {"post": upload},
        "/v1/jobs/{id}": {
            "parameters": [job_id],
            "get": _get("How a job stands.", job, gone),
            "delete": {"summary": "Forget a job and its pictures.", "responses": {"204": {"description": "Gone."}, **_problems(gone)}},
        },
        "/v1/jobs/{id}/cancel": {
            "parameters": [job_id],
            "post": {"summary": "End a job early, with the best picture so far.", "responses": {"200": {"description": "As it stands.", "content": job}, **_problems(gone)}},
        },
        "/v1/jobs/{id}/preview": {"parameters": [job_id], "get": _get("The picture as it grows.", {"image/jpeg": {"schema": _PICTURE}}, gone)},
        "/v1/jobs/{id}/result": {"parameters": [job_id], "get": _get("The finished picture or film.", pictures, gone | {"409": "There is no picture yet, or there will be none."})},
        "/v1/jobs/{id}/report": {"parameters": [job_id], "get": _get("How it was made.", anything, gone | {"409": "Not finished."})},
        "/v1/methods": {"get": _get("Every method, and the qualities that choose one.", anything, {})},
        "/v1/methods/{id}": {"parameters": [method_id], "get": _get("One method: inputs, presets, options with their schema.", anything, {"404": "No such method."})},
        "/v1/health": {"get": _get("Whether the server is well.", anything, {})},
        "/v1/metrics": {"get": _get("Counts for Prometheus.", {"text/plain": {"schema": {"type": "string"}}}, {})},
        "/v1/openapi.json": {"get": _get("This document.", anything, {})},
    }  # fmt: skip


def _bodies(forms: list[str]) -> dict[str, Any]:
    """A request body as a form or as JSON, in the words of one of these schemas."""

    def choices(names: list[str]) -> dict[str, Any]:
        found = [{"$ref": f"#/components/schemas/{name}"} for name in names]
        return {"schema": found[0] if len(found) == 1 else {"oneOf": found}}

    typed = {name: {"contentType": "application/json"} for name in ("options", "weights", "film")}
    return {
        "required": True,
        "content": {
            "multipart/form-data": {**choices(forms), "encoding": typed},
            "application/json": choices([name.replace(".order", ".json") for name in forms]),
        },
    }


def _get(summary: str, content: dict[str, Any], refusals: dict[str, str]) -> dict[str, Any]:
    return {
        "summary": summary,
        "responses": {"200": {"description": "As asked.", "content": content}, **_problems(refusals)},
    }


def _problems(refusals: dict[str, str]) -> dict[str, Any]:
    content = _content(PROBLEM, {"$ref": "#/components/schemas/Problem"})
    return {code: {"description": text, "content": content} for code, text in refusals.items()}


def _content(kind: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {kind: {"schema": schema}}
