"""Options: one declaration that the API, the command line, the REST schema, the studio and the docs all read."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator
from pydantic.fields import FieldInfo

from .errors import UsageError, unknown


@dataclass(frozen=True, slots=True)
class UI:
    """How a form shows an option: slider scale, whether it hides under "advanced", which group it sits in.

    opens: what of this machine its value names, "file" always and "name or file" where it is no plain name; a server
    opens neither for its clients.
    """

    scale: Literal["linear", "log"] = "linear"
    advanced: bool = False
    group: str = ""
    opens: Literal["", "file", "name or file"] = ""


class BaseOptions(BaseModel):
    """Parent of every method's options: frozen, no unknown names, help taken from the docstrings below the fields."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, validate_default=True, allow_inf_nan=False
    )


def _split_weights(value: object) -> object:
    """Turn "relu1_1:2,relu2_1" or a list of names into {name: weight}; a bare name weighs 1."""
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    if not isinstance(value, (list, tuple)):
        return value
    weights: dict[str, object] = {}
    for part in value:  # pyright: ignore[reportUnknownVariableType]
        name, _, weight = str(part).partition(":")  # pyright: ignore[reportUnknownArgumentType]
        weights[name.strip()] = weight.strip() or 1.0
    return weights


NamedWeights = Annotated[dict[str, Annotated[float, Field(ge=0)]], BeforeValidator(_split_weights)]
"""Names with weights: {"relu1_1": 1.0}, ["relu1_1"] or "relu1_1:1,relu2_1:0.5"."""


class PictureOptions(BaseOptions):
    """Options of every method that makes a picture from a picture."""

    size: Annotated[int | None, Field(ge=1, le=100_000)] = None
    """Long side of the result in pixels. Left alone, the photo's own size up to the method's default; a size you ask for is used as it is."""


class CanvasOptions(PictureOptions):
    """Options of every method that makes a picture from nothing but styles."""

    size: Annotated[int | None, Field(ge=1, le=100_000)] = None
    """Long side of the result in pixels, as large as you like. Left alone, the method's default."""
    aspect: str | None = None
    """Shape of the result, width to height: 16:9, 2:1 or 1.5. Left alone, that of the style picture."""

    @field_validator("aspect")
    @classmethod
    def _readable(cls, value: str | None) -> str | None:
        if value is not None:
            _proportions(value)
        return value

    @property
    def proportions(self) -> tuple[float, float] | None:
        """Width and height in any unit; None for those of the style."""
        return None if self.aspect is None else _proportions(self.aspect)


def _proportions(text: str) -> tuple[float, float]:
    width, _, height = text.replace("x", ":").partition(":")
    try:
        found = float(width), float(height or 1)
    except ValueError:
        found = 0.0, 0.0
    # 100: a picture narrower than that has no room for any network's halvings.
    if not (0 < found[0] < 1e6 and 0 < found[1] < 1e6 and 0.01 <= found[0] / found[1] <= 100):
        raise ValueError(f"'{text}' is no shape; write width:height, as in 16:9 or 1.5")
    return found


Kind = Literal["float", "int", "bool", "choice", "text", "weights"]


@dataclass(frozen=True, slots=True)
class OptionSpec:
    """One option, flattened for generators: flags, form fields and docs rows."""

    name: str
    kind: Kind
    default: Any
    help: str
    nullable: bool = False
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    ui: UI = UI()

    @property
    def flag(self) -> str:
        """The long command-line flag."""
        return "--" + self.name.replace("_", "-")


def describe(options: type[BaseOptions]) -> tuple[OptionSpec, ...]:
    """List an options class as flat specs, in order of declaration."""
    return tuple(_describe_field(name, info) for name, info in options.model_fields.items())


def _describe_field(name: str, info: FieldInfo) -> OptionSpec:
    annotation, nullable, metadata = _unwrap(info.annotation)
    metadata = [*info.metadata, *metadata]
    low = next((float(m.ge) for m in metadata if isinstance(m, Ge)), None)  # pyright: ignore[reportArgumentType]
    low = next((float(m.gt) for m in metadata if isinstance(m, Gt)), low)  # pyright: ignore[reportArgumentType]
    high = next((float(m.le) for m in metadata if isinstance(m, Le)), None)  # pyright: ignore[reportArgumentType]
    high = next((float(m.lt) for m in metadata if isinstance(m, Lt)), high)  # pyright: ignore[reportArgumentType]
    ui = next((m for m in metadata if isinstance(m, UI)), UI())
    choices = tuple(str(c) for c in get_args(annotation)) if get_origin(annotation) is Literal else ()
    return OptionSpec(name, _kind(annotation), info.default, info.description or "", nullable, choices, low, high, ui)


def _unwrap(annotation: Any) -> tuple[Any, bool, list[Any]]:
    """Strip Annotated and `| None`: the bare type, whether None is allowed, and the metadata found on the way."""
    metadata: list[Any] = []
    nullable = False
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation, *found = get_args(annotation)
            metadata += [m for f in found for m in (f.metadata if isinstance(f, FieldInfo) else [f])]
        elif origin in (Union, UnionType) and NoneType in get_args(annotation):
            nullable = True
            rest = tuple(a for a in get_args(annotation) if a is not NoneType)
            annotation = Union[rest]  # noqa: UP007  (built at run time)
        else:
            return annotation, nullable, metadata


def _kind(annotation: Any) -> Kind:
    if get_origin(annotation) is Literal:
        return "choice"
    if get_origin(annotation) is dict:
        return "weights"
    return {bool: "bool", int: "int", float: "float"}.get(annotation, "text")  # type: ignore[return-value]


AnyOptions = TypeVar("AnyOptions", bound=BaseOptions)


def parse_options(options: type[AnyOptions], values: Mapping[str, Any], *, owner: str = "") -> AnyOptions:
    """Build options from loose values (strings from a command line or a form are fine).

    Raises UsageError with one line that names the first bad option, the reason and the nearest valid choice.
    """
    names = list(options.model_fields)
    for name in values:
        if name not in names:
            raise unknown("option", name, names, f"{owner} takes: {', '.join(names)}." if owner else "")
    try:
        return options(**values)
    except ValidationError as error:
        raise UsageError(_first_problem(options, error)) from None


def preset_options(
    owner: str,
    options: type[AnyOptions],
    presets: Mapping[str, Mapping[str, Any]],
    preset: str | None,
    values: Mapping[str, Any],
) -> AnyOptions:
    """Options from a preset of `owner`'s and loose values on top. Raises UsageError in one line."""
    if preset is None:
        return parse_options(options, values, owner=f"'{owner}'")
    if preset not in presets:
        raise unknown("preset", preset, presets, f"'{owner}' has: {', '.join(presets) or 'none'}.")
    return parse_options(options, {**presets[preset], **values}, owner=f"'{owner}'")


def _first_problem(options: type[BaseOptions], error: ValidationError) -> str:
    problem = error.errors()[0]
    where = [str(part) for part in problem["loc"]]
    spec = next((s for s in describe(options) if where and s.name == where[0]), None)
    name = spec.name if spec else "options"
    got = problem["input"]
    if spec and spec.kind == "choice":
        close = unknown("choice", str(got), spec.choices)
        meant = str(close).partition("Did you mean ")[2]
        hint = f" Did you mean {meant}" if meant else ""
        return f"{name}: '{got}' is not one of {', '.join(spec.choices)}.{hint}"
    reason = problem["msg"].removeprefix("Value error, ")
    reason = reason.replace("Input should be", "must be")
    inner = f" ({'.'.join(where[1:])})" if len(where) > 1 else ""
    shown = "" if problem["type"] == "value_error" else f", got {got!r}"
    return f"{name}{inner}: {reason[0].lower() + reason[1:]}{shown}"
