"""The declaration of a method: everything that is known about it without importing a network."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from .inputs import Content, Inputs, InputSpec, Styles
from .options import BaseOptions, preset_options
from .papers import PAPERS, Paper
from .result import Result
from .taxonomy import Taxonomy

ID_PATTERN = re.compile(r"[a-z][a-z0-9_]*")
TARGET_PATTERN = re.compile(r"[\w.]+:\w+")

Stylize = Callable[[Inputs, Any, Any], Result]


@dataclass(frozen=True, slots=True)
class SizeRule:
    """Which picture sizes a method takes: smallest side and long-side default and ceiling, in pixels."""

    minimum: int = 1
    default: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run will need, known before it starts: peak memory in bytes and wall time in seconds (None: unknown)."""

    memory_bytes: int
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Method:
    """One published method. `run`, `sequence`, `train` and `estimate` are "module:function", imported only when called.

    run: (Inputs, options, Context) -> Result.
    sequence: (Film, options, Context) -> None, for films; without one `run` paints frame by frame. keyframes: whether it
    carries paintings of single frames through a film.
    estimate: (height, width, number of styles, options, RunOptions) -> Estimate, for the size check before the start.
    deviations: where this differs from the paper, and why; shown on the method's page.
    """

    id: str
    title: str
    summary: str
    run: str
    options: type[BaseOptions]
    taxonomy: Taxonomy = Taxonomy()
    papers: tuple[str, ...] = ()
    inputs: tuple[InputSpec, ...] = (Content(), Styles())
    size: SizeRule = SizeRule()
    presets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    train: str | None = None
    estimate: str | None = None
    sequence: str | None = None
    keyframes: bool = False
    weights: tuple[str, ...] = ()
    deviations: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a declaration that could not work, at import, with a reason."""
        if not ID_PATTERN.fullmatch(self.id):
            raise ValueError(f"method id '{self.id}' must be lower-case letters, digits and underscores")
        for target in filter(None, (self.run, self.train, self.estimate, self.sequence)):
            if not TARGET_PATTERN.fullmatch(target):
                raise ValueError(f"{self.id}: '{target}' is not 'module:function'")
        for key in self.papers:
            if key not in PAPERS:
                raise ValueError(f"{self.id}: paper '{key}' is not in core/papers.py")
        for preset in self.presets:
            self.make_options(preset)

    @property
    def takes_content(self) -> bool:
        """Whether there may be a photo to repaint."""
        return any(isinstance(spec, Content) for spec in self.inputs)

    @property
    def needs_content(self) -> bool:
        """Whether there must be one; without it the method makes its picture from the others alone."""
        return any(isinstance(spec, Content) and not spec.optional for spec in self.inputs)

    @property
    def takes_styles(self) -> bool:
        """Whether there are style pictures whose look is taken."""
        return any(isinstance(spec, Styles) for spec in self.inputs)

    @property
    def references(self) -> tuple[Paper, ...]:
        """The publications behind the method."""
        return tuple(PAPERS[key] for key in self.papers)

    def make_options(self, preset: str | None = None, **values: Any) -> Any:
        """Options from a preset and loose values on top. Raises UsageError in one line."""
        return preset_options(self.id, self.options, self.presets, preset, values)

    def load(self) -> Stylize:
        """Import and return the function that makes the picture."""
        return load_target(self.run)


def load_target(target: str) -> Any:
    """Import "module:function"."""
    module, _, name = target.partition(":")
    return getattr(import_module(module), name)
