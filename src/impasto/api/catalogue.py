"""A method's declaration as plain data: for `impasto methods --json`, documentation pages and services."""

from typing import Any

from impasto.core import BaseOptions, Method, OptionSpec, describe


def method_page(method: Method) -> dict[str, Any]:
    """Everything a page about the method says, JSON-ready."""
    return {
        "id": method.id,
        "title": method.title,
        "summary": method.summary,
        "taxonomy": list(method.taxonomy.path),
        "papers": [
            {"key": paper.key, "text": str(paper), "year": paper.year, "url": paper.url} for paper in method.references
        ],
        "inputs": [
            {
                "kind": type(spec).__name__.lower(),
                "name": spec.name,
                "optional": spec.optional,
                "many": spec.many,
                "help": spec.help,
            }
            for spec in method.inputs
        ],
        "size": {"minimum": method.size.minimum, "default": method.size.default, "maximum": method.size.maximum},
        "options": options_page(method.options),
        "presets": {name: dict(values) for name, values in method.presets.items()},
        "trainable": method.train is not None,
        "weights": list(method.weights),
        "deviations": list(method.deviations),
    }


def options_page(options: type[BaseOptions]) -> list[dict[str, Any]]:
    """Every option of a class with its kind, default, limits and help, JSON-ready."""
    return [_option(spec) for spec in describe(options)]


def _option(spec: OptionSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "flag": spec.flag,
        "kind": spec.kind,
        "default": spec.default,
        "nullable": spec.nullable,
        "choices": list(spec.choices),
        "minimum": spec.minimum,
        "maximum": spec.maximum,
        "scale": spec.ui.scale,
        "advanced": spec.ui.advanced,
        "help": spec.help,
    }
