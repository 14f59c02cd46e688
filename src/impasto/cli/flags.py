"""Flags made from options classes: names, help, limits and defaults come from the declaration alone."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import reduce
from itertools import pairwise
from typing import Any

import click

from impasto import registry
from impasto.api.wording import plain
from impasto.core import BaseOptions, Extra, Masks, Method, OptionSpec, RunOptions, StyleMasks, UsageError, describe

from .commands import Command, Option, option
from .output import OutputOptions

_CHOSEN = "impasto.cli.chosen"
_STYLE_FLAG = "--style-name"
ADVANCED = "Advanced"
_METAVARS = {"int": "N", "float": "X", "text": "TEXT", "weights": "NAME:X,..."}


class MethodId(click.ParamType):
    """A method by its id; shells complete it."""

    name = "id"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:  # noqa: ARG002
        """Offer the ids that start with what was typed."""
        from click.shell_completion import CompletionItem

        known = registry.methods().values()
        return [CompletionItem(m.id, help=m.summary) for m in known if m.id.startswith(incomplete)]


class QualityName(click.ParamType):
    """A quality of the registry; shells complete it."""

    name = "quality"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:  # noqa: ARG002
        """Offer the names that start with what was typed."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(name) for name in registry.QUALITY if name.startswith(incomplete)]


class Value(click.ParamType):
    """The text of one option, handed on as it is: the options class alone judges it."""

    def __init__(self, spec: OptionSpec) -> None:
        """spec: the option this is a value of."""
        self.spec = spec
        self.name = "|".join(spec.choices) or _METAVARS.get(spec.kind, "TEXT")

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ARG002
        """Keep the text; "none" empties an option that may be empty."""
        return None if self.spec.nullable and str(value).lower() == "none" else value

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:  # noqa: ARG002
        """Offer the choices that start with what was typed."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(choice) for choice in self.spec.choices if choice.startswith(incomplete)]


def flags(options: type[BaseOptions], section: str, shown: BaseOptions | None = None) -> list[Option]:
    """One flag for every option of a class. shown: where the defaults in the help come from (a preset's options)."""
    shown = shown or options()
    return [_flag(spec, section, getattr(shown, spec.name)) for spec in describe(options)]


def _flag(spec: OptionSpec, section: str, default: Any) -> Option:
    place = ADVANCED if spec.ui.advanced else section
    if spec.kind == "bool":
        names = f"{spec.flag}/--no-{spec.flag.removeprefix('--')}"
        return Option([names, spec.name], default=None, help=_help(spec, default), section=place)
    kind = Value(spec)
    return Option([spec.flag, spec.name], type=kind, metavar=kind.name, help=_help(spec, default), section=place)


def _help(spec: OptionSpec, default: Any) -> str:
    notes = [] if default is None else [f"default {plain(default)}"]
    notes += [limits(spec)] if spec.kind in ("int", "float") and limits(spec) else []
    return spec.help + (f" [{'; '.join(notes)}]" if notes else "")


def limits(spec: OptionSpec) -> str:
    """The values an option takes, in short: "0 to 1", "above 0", "a, b, c"; empty where anything goes."""
    if spec.choices:
        return ", ".join(spec.choices)
    if spec.kind == "bool":
        return "on, off"
    low, high = spec.minimum, spec.maximum
    if high is not None and high <= 1e6:  # larger ones guard against overflow and help nobody choose
        return f"{low or 0:g} to {high:g}"
    return "" if low is None else f"from {low:g}"


class MethodCommand(Command):
    """A command whose further flags are those of the method it is asked to run.

    default_quality: what chooses the method where nothing else does. file_options, file_section: how the result is written.
    """

    default_quality: str | None = None
    file_options: type[BaseOptions] = OutputOptions
    file_section = "The file"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Look for the method first, since it decides which flags exist."""
        method, preset, quality = self._asked(ctx, args)
        if method is None and quality is None:
            quality = self.default_quality
        try:
            chosen = registry.choose(method, quality)
            preset = registry.preset_for(quality, preset)
            shown = chosen.make_options(preset)
        except UsageError:
            if not ctx.resilient_parsing:
                raise
            return super().parse_args(ctx, args)
        ctx.meta[_CHOSEN] = (chosen, shown, preset)
        return super().parse_args(ctx, args)

    def _asked(self, ctx: click.Context, args: list[str]) -> tuple[str | None, str | None, str | None]:
        """Values of --method, --preset and --quality, read ahead of the parser that they decide."""
        ahead = click.Context(self, ctx.parent, ctx.info_name, ignore_unknown_options=True, resilient_parsing=True)
        found, _, _ = self.make_parser(ahead).parse_args(list(args))
        method, quality = found.get("method"), found.get("quality")
        if method is None and quality is None:
            method = _method_of_style(args)
        return method, found.get("preset"), quality

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """The command's own flags, then the method's pictures and options and every run's, the advanced ones last."""
        own = super().get_params(ctx)
        if _CHOSEN not in ctx.meta or ctx.ignore_unknown_options:
            return own
        method, shown, _ = ctx.meta[_CHOSEN]
        made = method_flags(method, shown, self.file_options, self.file_section)
        return [*_arguments(own[:-1], method), *made, own[-1]]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Say what the command does; what the method does, where the command's own sentence would not be true of it."""
        method = ctx.meta[_CHOSEN][0] if _CHOSEN in ctx.meta else None
        if method is None or (method.needs_content and method.takes_styles):
            super().format_help_text(ctx, formatter)
            return
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(method.summary)


def _method_of_style(args: list[str]) -> str | None:
    """The method that paints the style which the command line names instead of a painting, if it does."""
    named = [value for flag, value in pairwise([*args, ""]) if flag == _STYLE_FLAG]
    named += [word.partition("=")[2] for word in args if word.startswith(f"{_STYLE_FLAG}=")]
    return registry.method_of_style(named[-1]) if named else None


def _arguments(params: list[click.Parameter], method: Method) -> list[click.Parameter]:
    """The command's parameters, with no PHOTO or STYLE that the method does not take, and [PHOTO] where it may be missing."""
    if not method.takes_content:
        # Click fills arguments from the left: with the photo gone, the first word is a style.
        styles = click.Argument(["styles"], metavar="STYLE[:WEIGHT]...", nargs=-1, required=True)
        if not method.takes_styles:
            styles = click.Argument(["styles"], metavar="", nargs=-1)
        return [styles if p.name == "styles" else p for p in params if p.name != "photo"]
    changed: dict[str, click.Parameter] = {}
    if not method.needs_content:
        # A lone word lands here, and is made the style once the pictures are told apart.
        changed["photo"] = click.Argument(["photo"], metavar="[PHOTO]", required=False)
    if not method.takes_styles:
        # Kept, unseen, so that a style that was given is refused with the method's own words.
        changed["styles"] = click.Argument(["styles"], metavar="", nargs=-1)
    return [changed.get(p.name or "", p) for p in params]


def chosen_method(ctx: click.Context) -> Method:
    """The method the command line asks for."""
    return ctx.meta[_CHOSEN][0]


def chosen_preset(ctx: click.Context) -> str | None:
    """The preset the command line asks for, itself or through a quality."""
    return ctx.meta[_CHOSEN][2]


def _picture_flags(method: Method) -> Iterator[Option]:
    for spec in method.inputs:
        if isinstance(spec, Masks | StyleMasks | Extra):
            name = spec.name if isinstance(spec, Extra) else spec.name.removesuffix("s")  # given once for each
            yield Option(
                [f"--{name.replace('_', '-')}", name],
                multiple=not isinstance(spec, Extra),
                metavar="FILE",
                help=spec.help,
                section="Pictures",
            )


def method_flags(
    method: Method, shown: BaseOptions, files: type[BaseOptions] = OutputOptions, section: str = "The file"
) -> list[Option]:
    """Every flag of a run of the method, the advanced ones last.

    shown: the options whose values are the defaults. files, section: how the result is written, and the heading of that.
    """
    made = [
        *_picture_flags(method),
        *flags(method.options, f"Options of '{method.id}' ({method.title})", shown),
        *run_flags(),
        *flags(files, section),
    ]
    return sorted(made, key=lambda flag: flag.section == ADVANCED)


def painting(metavar: str, output: str, quality: str | None = None) -> Callable[[Any], Any]:
    """What every command that paints takes after its first argument: styles, where to write, and with what method.

    metavar, output: of the file that is written. quality: the one that is taken where none is asked for, if help tells it.
    """
    usual = f" [default {quality}]" if quality else ""
    parts = (
        click.argument("styles", metavar="STYLE[:WEIGHT]...", nargs=-1),
        option("-o", "--output", metavar=metavar, help=output),
        option("-m", "--method", type=MethodId(), metavar="ID", help="How to do it; 'impasto methods' lists them."),
        option(
            "--quality",
            type=QualityName(),
            metavar="|".join(registry.QUALITY),
            help=f"How good a picture is worth the wait, instead of a method.{usual}",
        ),
        option("--preset", metavar="NAME", help="A set of options the method comes with."),
        option("--json", "as_json", is_flag=True, help="Print one JSON report on stdout."),
        option("-q", "--quiet", is_flag=True, help="Say nothing but errors."),
    )
    return lambda function: reduce(lambda made, part: part(made), reversed(parts), function)


def run_flags() -> list[Option]:
    """The flags every run has."""
    return flags(RunOptions, "Every run")


def given(values: Mapping[str, Any], options: type[BaseOptions]) -> dict[str, Any]:
    """Those of the parsed flags that belong to a class and were really given."""
    context = click.get_current_context()
    default = click.core.ParameterSource.DEFAULT
    return {n: values[n] for n in options.model_fields if n in values and context.get_parameter_source(n) != default}


@contextmanager
def named_as_flags(*classes: type[BaseOptions]) -> Iterator[None]:
    """Let errors that begin with an option's name begin with its flag instead."""
    try:
        yield
    except UsageError as error:
        head, space, tail = str(error).partition(" ")
        spec = next((s for c in classes for s in describe(c) if s.name == head.rstrip(":")), None)
        if spec is None or not (head.endswith(":") or tail[:1].isdigit()):
            raise
        raise type(error)(spec.flag + head[len(spec.name) :] + space + tail) from None
