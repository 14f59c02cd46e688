"""What the API says in JSON: jobs, methods, problems."""

import json
from typing import Any

from impasto import registry
from impasto.api.catalogue import method_page
from impasto.core import Method

from .status import Status

PROBLEM = "application/problem+json"


def problem(message: str) -> tuple[bytes, str]:
    """Body and content type of a refusal (RFC 9457)."""
    return json.dumps({"detail": message}).encode(), PROBLEM


def job_document(status: Status) -> dict[str, Any]:
    """How a job stands, with the addresses of what belongs to it."""
    base = f"/v1/jobs/{status.id}"
    links = {"self": base}
    if status.has_preview:
        links["preview"] = f"{base}/preview"
    if status.has_picture:
        links |= {"result": f"{base}/result", "report": f"{base}/report"}
    return {
        "id": status.id,
        "state": status.state,
        "method": status.method,
        "headline": status.headline,
        "created": round(status.created, 3),
        "finished": None if status.finished is None else round(status.finished, 3),
        "position": status.position,
        "progress": None if status.progress is None else _finite(status.progress),
        "fraction": None if status.fraction is None else round(status.fraction, 4),
        "eta_seconds": None if status.eta_seconds is None else round(status.eta_seconds, 1),
        "seconds": status.seconds,
        "error": status.error,
        "links": links,
    }


def _finite(progress: dict[str, Any]) -> dict[str, Any]:
    values = {name: value for name, value in progress.get("values", {}).items() if abs(value) < float("inf")}
    return {**progress, "values": values}


def method_document(method: Method) -> dict[str, Any]:
    """Everything about a method, its options as a JSON schema too."""
    return {**method_page(method), "schema": method.options.model_json_schema()}


def qualities() -> list[dict[str, Any]]:
    """What can be asked for instead of a method."""
    rows = ((name, registry.choose(None, name).id, registry.preset_for(name, None)) for name in registry.QUALITY)
    return [{"quality": name, "method": method, "preset": preset} for name, method, preset in rows]
