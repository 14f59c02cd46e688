"""The OpenAPI document says what the service does: every method's form is in it, and nothing made from it breaks it."""

import base64
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from impasto import registry
from impasto.service.drafts import FIELDS
from impasto.service.films import FILM_SETTINGS

from .conftest import PAINTING, PHOTO, film

CLIP = film(4)

JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.lists(st.integers(), max_size=3)
)


@pytest.fixture(scope="module")
def document(client):
    return client.get("/v1/openapi.json").json()


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*(references(inner) for inner in value.values()))
    return set().union(*(references(inner) for inner in value)) if isinstance(value, list) else set()


def test_every_method_has_a_form_with_its_pictures_presets_and_options(document):
    schemas = document["components"]["schemas"]
    for method in registry.methods().values():
        form = schemas[f"{method.id}.order"]
        assert {spec.name for spec in method.inputs} <= set(form["properties"])
        assert {spec.name for spec in method.inputs if not spec.optional} | {"method"} == set(form["required"])
        assert set(schemas[f"{method.id}.options"]["properties"]) == set(method.options.model_fields)


def test_json_orders_films_and_limits_are_described(document):
    schemas, paths = document["components"]["schemas"], document["paths"]
    for place in ("/v1/jobs", "/v1/videos"):
        assert set(paths[place]["post"]["requestBody"]["content"]) == {"multipart/form-data", "application/json"}
    assert schemas["adain.json"]["properties"]["content"]["$ref"] == "#/components/schemas/Picture"
    assert schemas["adain.json"]["properties"]["styles"]["items"] == {"$ref": "#/components/schemas/Style"}
    assert schemas["adain.json"]["properties"]["options"] == schemas["adain.order"]["properties"]["options"]
    assert set(schemas["film"]["properties"]) == set(FILM_SETTINGS)
    assert "cin" in schemas["video.order"]["properties"]["method"]["enum"]
    for limit in ("3 seconds", "1 MB", "200 jobs"):
        assert limit in document["info"]["description"]


def test_every_reference_leads_somewhere_and_every_route_is_described(client, document):
    schemas = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert references(document) <= schemas
    routes = {
        route.path.replace("{job_id}", "{id}").replace("{method_id}", "{id}")
        for route in client.app.app.routes
        if getattr(route, "path", "").startswith("/v1/")
    }
    assert set(document["paths"]) <= routes
    assert {path.rpartition("/")[2] for path in routes - set(document["paths"])} <= {"before", "thumb"}


def values(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values of an option's schema, at its limits and beyond; and things that are no such value at all."""
    if "anyOf" in schema:
        return st.one_of(*map(values, schema["anyOf"]))
    if "enum" in schema or "const" in schema:
        return st.one_of(st.sampled_from(schema.get("enum", [schema.get("const")])), JUNK)
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    edges = st.sampled_from([v for v in (low, high, 0, -1, 1e300, 2**70) if v is not None])
    kind = {"integer": st.integers(), "number": st.floats(), "boolean": st.booleans()}.get(schema.get("type", ""))
    return st.one_of(edges, JUNK) if kind is None else st.one_of(kind, edges, JUNK)


@st.composite
def orders(draw: st.DrawFn) -> tuple[dict[str, str], list[tuple[str, bytes]]]:
    method = draw(st.sampled_from(list(registry.methods().values())))
    properties = method.options.model_json_schema()["properties"]
    names = draw(st.lists(st.sampled_from(sorted(properties)), max_size=4, unique=True))
    options = {name: draw(values(properties[name])) for name in names}
    fields = {"method": method.id, "options": json.dumps(options)}
    if draw(st.booleans()):
        fields[draw(st.sampled_from(["preset", "seed", "format", "measure", "weights", "quality", "x"]))] = draw(
            st.one_of(st.text(max_size=30), JUNK.map(json.dumps))
        )
    roles = [spec.name for spec in method.inputs] + ["content", "styles", "masks", "nothing"]
    chosen = draw(st.lists(st.sampled_from(roles), max_size=5))
    files = [
        (role, draw(st.one_of(st.sampled_from([PHOTO, PAINTING, PHOTO[:99]]), st.binary(max_size=40))))
        for role in chosen
    ]
    return fields, files


@st.composite
def bodies(draw: st.DrawFn) -> tuple[str, Any]:
    """A place and a JSON order for it, with pictures in base64, none at all, or things that are no picture."""
    fields, files = draw(orders())
    body: dict[str, Any] = {"method": fields["method"], "options": json.loads(fields["options"])}
    for name in draw(st.lists(st.sampled_from([*FIELDS, "x"]), max_size=2)):
        body[name] = draw(JUNK)
    place = draw(st.sampled_from(["/v1/jobs", "/v1/videos"]))
    if place == "/v1/videos":
        files = [*files, ("clip", draw(st.sampled_from([CLIP, CLIP[:700], PHOTO])))]
        settings = draw(st.dictionaries(st.sampled_from([*FILM_SETTINGS, "x"]), JUNK, max_size=2))
        body["film"] = settings if draw(st.booleans()) else {}
    for role, data in files:
        sound = {"data": base64.b64encode(data).decode()}
        strange = draw(
            st.one_of(JUNK, st.dictionaries(st.sampled_from(["data", "upload", "name", "weight"]), JUNK, max_size=3))
        )
        body.setdefault(role, []).append(draw(st.sampled_from([sound, sound, sound, strange])))
    return place, draw(st.sampled_from([body, body, body, [body], body["method"]]))


@pytest.mark.slow
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(bodies())
def test_whatever_is_ordered_in_json_is_taken_in_or_refused_with_a_reason(client, body):
    place, order = body
    sent = json.dumps(order)  # with NaN and Infinity, which JSON has not
    look_at(client, client.post(place, content=sent, headers={"content-type": "application/json"}))


@pytest.mark.slow
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(orders())
def test_whatever_is_ordered_is_taken_in_or_refused_with_a_reason(client, order):
    fields, files = order
    sent = [(role, ("a.png", data)) for role, data in files] or {"x": b""}
    look_at(client, client.post("/v1/jobs", data=fields, files=sent))


def look_at(client: Any, answer: Any) -> None:
    assert answer.status_code in (202, 413, 415, 422, 429, 507), answer.text
    if answer.status_code == 202:
        assert client.delete(answer.json()["links"]["self"]).status_code == 204
    else:
        assert answer.json()["detail"].strip()
        assert "\n" not in answer.json()["detail"]
