"""An order: one picture somebody wants, as plain data beside the files it was sent with."""

import re
from collections.abc import Iterable
from pathlib import Path, PurePath
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from impasto import registry
from impasto.api import Job, prepare
from impasto.api.sizes import canvas_shape, result_size
from impasto.core import BaseOptions, CanvasOptions, InputError, Method, RunOptions, UsageError, describe
from impasto.image import Picture, decode
from impasto.image.formats import JPEG, PNG, WEBP, sniff

from .options import Limits

Role = Literal["content", "styles", "masks", "style_masks", "extras", "clip"]
ROLES: tuple[Role, ...] = get_args(Role)
RESULT_FORMATS = ("png", "jpg", "webp")
ACCEPTED = (JPEG, PNG, WEBP)
"""Formats of uploads: what browsers show and phones send. Others need libraries a server should not open to strangers."""
MAX_PICTURES = 32
_PLAIN_NAME = re.compile(r"\w[\w +-]{0,99}")  # no dot, slash or tilde: nothing that could lead to a file


class Sheet(BaseModel):
    """One picture of an order. file: its name in the job's folder, ours; name: what its sender calls it, for messages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Role
    file: str = Field(pattern=r"^picture-\d{1,3}$")
    name: str = "picture"
    weight: float = 1.0
    key: str = ""


class Order(BaseModel):
    """What is to be painted. Nothing in it names a file or address of the client's choosing. film: of a film, its settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: str
    preset: str | None = None
    options: dict[str, Any] = {}
    seed: int = Field(0, ge=0, le=2**63 - 1)
    format: Literal["png", "jpg", "webp", "mp4", "webm", "gif"] = "png"
    measure: bool = False
    film: dict[str, Any] | None = None
    sheets: tuple[Sheet, ...] = ()

    def of(self, role: Role) -> tuple[Sheet, ...]:
        """The pictures in one role, in order."""
        return tuple(sheet for sheet in self.sheets if sheet.role == role)


def choose(method: str | None, quality: str | None, preset: str | None) -> tuple[Method, str | None]:
    """The method and preset a client asks for, by id or by quality. Raises UsageError."""
    return registry.choose(method, quality), registry.preset_for(quality, preset)


def check_settings(method: Method, preset: str | None, options: dict[str, Any]) -> BaseOptions:
    """The options of a run; refuses wrong ones, and every option that would open a file here."""
    for name in options:
        if name in file_options(method.options):
            raise UsageError(f"{name}: this option reads a file, which a server does not do for its clients.")
    settings = method.make_options(preset, **options)
    for name in names_or_files(method.options) & options.keys():
        value = getattr(settings, name)
        for word in value if isinstance(value, dict) else [value]:
            if word is not None and not _PLAIN_NAME.fullmatch(str(word)):
                raise UsageError(f"{name}: '{word}' is no plain name, and a server opens no files for its clients.")
    return settings


def file_options(options: type[BaseOptions]) -> frozenset[str]:
    """Options whose values name files: those typed as paths, and those that say so."""
    said = {spec.name for spec in describe(options) if spec.ui.opens == "file"}
    return frozenset(said | {name for name, info in options.model_fields.items() if _has_path(info.annotation)})


def names_or_files(options: type[BaseOptions]) -> frozenset[str]:
    """Options whose values are names, and files where they are no plain names."""
    return frozenset(spec.name for spec in describe(options) if spec.ui.opens == "name or file")


def _has_path(annotation: Any) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, PurePath):
        return True
    return any(_has_path(inner) for inner in get_args(annotation))


def clean_name(name: str | None, fallback: str) -> str:
    """A sender's file name as messages and reports may show it: its last part, printable, short."""
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    kept = "".join(c for c in last if c.isprintable() and c not in '<>"&')[-80:].strip()
    return kept or fallback


def refuse_stranger(data: bytes, name: str) -> None:
    """Raise InputError for bytes that are no JPEG, PNG or WebP, whatever the sender says they are."""
    known = ", ".join(format.name for format in ACCEPTED)
    if not data:
        raise InputError(f"{name}: the file is empty.")
    try:
        format = sniff(data[:512])
    except InputError as error:
        raise InputError(
            f"{name}: {str(error).partition(' impasto can read')[0]} this server reads ({known})."
        ) from None
    if format not in ACCEPTED:
        raise InputError(f"{name}: a {format}; this server reads {known}.")


def prepare_order(order: Order, folder: Path, limits: Limits, threads: int | None = None) -> Job:
    """Decode and check everything an order needs. Raises UsageError or InputError in one line."""
    method = registry.get(order.method)
    settings = check_settings(method, order.preset, dict(order.options))
    read = Reader(folder, limits.pixels)
    content = read.all(order.of("content"))
    styles = read.styles(order)
    if content or styles:  # before anything is made of that size
        refuse_large(
            _shape(method, settings, content[0] if content else None, styles[0][0] if styles else None), limits
        )
    job = prepare(content[0] if content else None, styles, method=method, **read.rest(order, threads))
    refuse_large(job.shape, limits)
    return job


def _shape(method: Method, settings: BaseOptions, photo: Picture | None, style: Picture | None) -> tuple[int, int]:
    """Height and width that the result is going to have, as far as they follow from the first picture."""
    size = getattr(settings, "size", None)
    if photo is not None:
        return result_size(photo.size, size, method.size)
    assert style is not None
    aspect = settings.proportions if isinstance(settings, CanvasOptions) else None
    return canvas_shape(style.size, size, aspect, method.size)


def refuse_large(shape: tuple[int, int], limits: Limits) -> None:
    """Raise UsageError for a result (height, width) of more pixels than the server paints."""
    height, width = shape
    if height * width > limits.result_pixels:
        raise UsageError(
            f"size: {width} x {height} pixels are more than the {limits.result_pixels / 1e6:g} megapixels "
            "this server paints. Ask for a smaller size."
        )


class Reader:
    """Decodes the pictures of one order, which together may have no more than twice the pixels of the largest."""

    def __init__(self, folder: Path, pixels: int) -> None:
        """folder: the job's; pixels: of the largest picture that is taken."""
        self.folder, self.pixels, self.left = folder, pixels, 2 * pixels

    def one(self, sheet: Sheet) -> Picture:
        """Decode one. Raises InputError."""
        data = (self.folder / sheet.file).read_bytes()
        refuse_stranger(data, sheet.name)
        picture = decode(data, name=sheet.name, max_pixels=max(1, min(self.pixels, self.left)))
        self.left -= picture.rgb.shape[0] * picture.rgb.shape[1]
        return picture

    def all(self, sheets: Iterable[Sheet]) -> list[Picture]:
        """Decode several, in order."""
        return [self.one(sheet) for sheet in sheets]

    def styles(self, order: Order) -> list[tuple[Picture, float]]:
        """Decode an order's paintings, each with its weight."""
        return [(self.one(sheet), sheet.weight) for sheet in order.of("styles")]

    def rest(self, order: Order, threads: int | None) -> dict[str, Any]:
        """What else a picture and a film are prepared from: preset, options and run, masks and further pictures decoded."""
        return {
            "preset": order.preset,
            "masks": self.all(order.of("masks")),
            "style_masks": self.all(order.of("style_masks")),
            "extras": {sheet.key: self.one(sheet) for sheet in order.of("extras")},
            "run": RunOptions(seed=order.seed, threads=threads),
            "options": order.options,
        }
