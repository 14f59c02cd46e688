"""The same picture in other words: as a command line, and as Python."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from impasto import registry
from impasto.api.wording import plain
from impasto.core import BaseOptions, Extra, FilmOptions, Masks, Method, StyleMasks, describe
from impasto.service.orders import Order, Sheet

from .wishes import named_weights


def command_line(order: Order) -> str:
    """What to type for an order, with the options that differ from the preset's.

    Names stand for files that the person has; masks painted here can be downloaded under theirs.
    """
    method = registry.get(order.method)
    words = ["impasto", *(_file(sheet.name) for sheet in order.of("content"))]
    if order.film is not None:
        words += ["video", *(_file(sheet.name) for sheet in order.of("clip"))]
    styles = order.of("styles")
    words += [_file(s.name) + (f":{plain(s.weight)}" if len(styles) > 1 else "") for s in styles]
    words += ["--method", method.id]
    if order.preset:
        words += ["--preset", order.preset]
    for sheet in order.sheets:
        if sheet.role not in ("content", "styles", "clip"):
            words += [_picture_flag(sheet), _file(sheet.name)]
    words += _option_flags(method.options, order.options)
    words += _option_flags(FilmOptions, order.film or {})
    if order.seed:
        words += ["--seed", str(order.seed)]
    return shlex.join([*words, "-o", output_name(order)])


def _file(name: str) -> str:
    return f"./{name}" if name.startswith("-") else name


def _picture_flag(sheet: Sheet) -> str:
    name = sheet.key if sheet.role == "extras" else sheet.role.removesuffix("s")
    return "--" + name.replace("_", "-")


def _option_flags(declared: type[BaseOptions], options: Mapping[str, Any]) -> list[str]:
    words: list[str] = []
    for spec in describe(declared):
        if spec.name not in options:
            continue
        value = options[spec.name]
        if spec.kind == "bool":
            words.append(spec.flag if value else f"--no-{spec.flag.removeprefix('--')}")
        else:
            words += [spec.flag, "none" if value is None else plain(value)]
    return words


def python_lines(order: Order) -> str:
    """The call of the library for an order."""
    method = registry.get(order.method)
    styles = order.of("styles")
    content = order.of("content") + order.of("clip")
    arguments = [repr(content[0].name) if content else "None"]
    if len(styles) == 1:
        arguments.append(repr(styles[0].name))
    elif styles:
        arguments.append("{" + ", ".join(f"{s.name!r}: {s.weight:g}" for s in styles) + "}")
    if order.film is not None:
        arguments.append(f"output={output_name(order)!r}")
    arguments.append(f"method={method.id!r}")
    if order.preset:
        arguments.append(f"preset={order.preset!r}")
    arguments += _picture_arguments(order)
    arguments += [f"{name}={value!r}" for name, value in (*order.options.items(), *(order.film or {}).items())]
    if order.seed:
        arguments.append(f"seed={order.seed}")
    function = "impasto.stylize" if order.film is None else "impasto.stylize_video"
    call = f"{function}({', '.join(arguments)})"
    if len(call) > 88:
        call = f"{function}(\n    " + ",\n    ".join(arguments) + ",\n)"
    if order.film is not None:
        return f"import impasto\n\n{call}"
    return f"import impasto\n\n{call}.save({output_name(order)!r})"


def _picture_arguments(order: Order) -> list[str]:
    found = [
        f"{role}=[{', '.join(repr(sheet.name) for sheet in sheets)}]"
        for role in ("masks", "style_masks")
        if (sheets := order.of(role))
    ]
    if extras := order.of("extras"):
        found.append("extras={" + ", ".join(f"{s.key!r}: {s.name!r}" for s in extras) + "}")
    return found


def output_name(order: Order) -> str:
    """What the finished picture should be called: "castle-starry_night.png"."""
    shown = (*order.of("content")[:1], *order.of("clip")[:1], *order.of("styles")[:1])
    parts = [_stem(sheet) for sheet in shown] or [order.method]
    if len(parts) == 1 and not order.of("styles"):
        parts += list(named_weights(order.options))[:1] or [order.method]
    return "-".join(parts) + "." + order.format


def _stem(sheet: Sheet) -> str:
    return sheet.name.rpartition(".")[0] or sheet.name


def slots(method: Method, styles: Sequence[str]) -> list[tuple[str, str, str]]:
    """Pictures beside photo and styles that a method takes: (label, slot, help), in the order of its declaration.

    A slot is "masks", "style_masks:0" or the name of a further input. styles: names of those that are chosen.
    """
    found: list[tuple[str, str, str]] = []
    for spec in method.inputs:
        if isinstance(spec, Masks):
            found.append(
                ("Where each painting goes" if len(styles) > 1 else "Where the painting goes", "masks", spec.help)
            )
        elif isinstance(spec, StyleMasks):
            found += [(f"Which part of {name}", f"style_masks:{n}", spec.help) for n, name in enumerate(styles)]
        elif isinstance(spec, Extra):
            found.append((spec.name.replace("_", " ").capitalize(), spec.name, spec.help))
    return found
