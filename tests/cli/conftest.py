"""The command line in a folder of its own, with a method that needs no network as the default one."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from impasto import registry
from impasto.cli import main
from impasto.core import Content, Context, Estimate, Inputs, Method, PictureOptions, Result, SizeRule, Styles, Taxonomy


@dataclass(frozen=True)
class Outcome:
    code: int
    stdout: str
    stderr: str
    data: bytes

    @property
    def report(self) -> Any:
        """What --json printed; fails unless stdout is one JSON document."""
        return json.loads(self.stdout)

    @property
    def line(self) -> str:
        """The one line of a refusal."""
        assert not self.stdout
        assert self.stderr.count("\n") == 1, self.stderr
        assert "Traceback" not in self.stderr
        return self.stderr.strip()


@pytest.fixture(autouse=True)
def _at_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("IMPASTO_DEBUG", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(registry, "DEFAULT_METHOD", "colour_transfer")


@pytest.fixture
def run() -> Callable[..., Outcome]:
    """Run the command line: run("photo.png", "painting.png", "-o", "out.png", stdin=b"")."""

    def call(*words: object, stdin: bytes = b"") -> Outcome:
        result = CliRunner().invoke(main, [str(word) for word in words], input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        data = result.stdout_bytes
        return Outcome(result.exit_code, data.decode("utf-8", "replace"), result.stderr, data)

    return call


class ToyOptions(PictureOptions):
    steps: int = 6
    """How many steps to report."""


def toy(name: str = "toy", **changes: Any) -> Method:
    declared: dict[str, Any] = {
        "id": name,
        "title": "Toy",
        "summary": "Do next to nothing.",
        "options": ToyOptions,
        "taxonomy": Taxonomy(family="filters"),
        "inputs": (Content(), Styles(many=True)),
        "size": SizeRule(minimum=32, default=64),
        "presets": {"tiny": {"size": 48}},
        "run": f"impasto_test_toys:{name}",
    }
    return Method(**(declared | changes))


@pytest.fixture
def add_method(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Method]:
    """Put a toy method into the registry: add_method(function, memory_bytes=..., size=SizeRule(...))."""
    module = ModuleType("impasto_test_toys")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    known = dict(registry.methods())
    monkeypatch.setattr(registry, "methods", lambda: known)

    def add(function: Callable[..., Result] | None = None, *, needs: Estimate | None = None, **changes: Any) -> Method:
        function = function or invert
        setattr(module, function.__name__, function)
        if needs is not None:
            module.estimate = lambda height, width, *_: Estimate(needs.memory_bytes * height * width, needs.seconds)
            changes["estimate"] = "impasto_test_toys:estimate"
        method = toy(function.__name__, **changes)
        known[method.id] = method
        return method

    return add


def invert(inputs: Inputs, options: Any, context: Context) -> Result:
    """Reports every step, with previews, and returns the negative."""
    picture = (1 - inputs.content).astype(np.float32)
    for step in range(1, options.steps + 1):
        context.report(step, options.steps, lambda: picture, loss=1 / step)
        if context.stopping:
            break
    return Result(picture, {"steps_done": step})
