"""`impasto zoo`: the styles there are by name; `impasto style`: styles of one's own."""

import json
from pathlib import Path
from typing import Any

import click

from impasto.core import Context, RunOptions, UsageError

from .commands import Command, option
from .interrupts import interruptible
from .progress import Listener, say
from .tables import plain_table, show


@click.command(
    cls=Command,
    section="Look around",
    short_help="The styles that have names, as a table or a sheet of pictures.",
    epilog="'impasto PHOTO --style-name NAME' paints in one of them; 'impasto style add PAINTING --name NAME' adds yours.",
)
@option("--sheet", metavar="FILE", help="Draw every painting, beside a photo painted in its style, into this file.")
@option("--photo", metavar="FILE", help="The photo on the sheet; left alone, one that comes with impasto.")
@option("--json", "as_json", is_flag=True, help="Everything, as JSON on stdout.")
@option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
def zoo(sheet: str | None, photo: str | None, as_json: bool, quiet: bool) -> None:
    """List the styles that go by name."""
    from impasto.api import zoo as catalogue

    if photo is not None and sheet is None:
        raise UsageError("--photo: goes with --sheet, which says where to draw")
    known = catalogue.entries()
    if sheet is not None:
        from impasto.image import check_writable
        from impasto.image.encode import save

        target = Path(sheet)
        check_writable(target)
        context = Context(RunOptions())
        listener = Listener("zoo", quiet=quiet)
        context.listener = listener
        with listener:
            save(catalogue.sheet(photo, context=context), target)
        say(f"wrote {sheet}", quiet)
    if as_json:
        click.echo(json.dumps([entry.page for entry in known]))
    elif sheet is None:
        rows = [(e.name, e.title, ", ".join(filter(None, (e.artist, e.year))), _methods(e)) for e in known]
        show(plain_table(("name", "painting", "by", "methods"), rows))
        show("[dim]johnson*: also a network that is twice as quick, with --preset fast, for films.[/]")
        show(f"[dim]{len(rows)} styles. 'impasto PHOTO --style-name NAME' paints in one.[/]")


def _methods(entry: Any) -> str:
    return ", ".join(f"{method}{'*' * (entry.fast and method == 'johnson')}" for method in entry.methods)


class Style(click.Group):
    """A group of two commands, in the same list as the others."""

    section = "Train networks"


@click.group("style", cls=Style, short_help="Add a style of your own to the zoo, or take one away.")
def style() -> None:
    """Styles of your own, which the network `cin` learns from one painting in minutes."""


@style.command(cls=Command, short_help="Learn the style of a painting.")
@click.argument("painting", metavar="PAINTING")
@option("--name", metavar="NAME", help="What to call it; left alone, the file's name.")
@option("--photos", metavar="DIR", help="Photos to practise on; left alone, those that come with impasto.")
@option("--steps", type=click.IntRange(1, 1_000_000), metavar="N", help="Updates; more is better, to a point.")
@option("--minutes", type=click.FloatRange(min=0), metavar="X", help="Stop after so many minutes.")
@option("--threads", type=click.IntRange(1, 1024), metavar="N", help="Processor threads; left alone, all.")
@option("--replace", is_flag=True, help="Even if there is a style of that name.")
@option("--json", "as_json", is_flag=True, help="Print one JSON report on stdout.")
@option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
def add(painting: str, name: str | None, threads: int | None, as_json: bool, quiet: bool, **values: Any) -> None:
    """Learn the style of PAINTING under a name, for --style-name. Ctrl-C keeps what is learned so far."""
    from impasto.api.zoo import add_style

    if name is None:
        from impasto.training.paintings import style_name

        name = style_name(Path(painting))
    context = Context(RunOptions(threads=threads))
    listener = Listener("style", quiet=quiet)
    context.listener = listener
    try:
        with interruptible(context, "what is learned so far will be kept"), listener:
            report = add_style(painting, name, context=context, **values)
    except UsageError as error:  # what the training calls content are the photos here
        raise UsageError(str(error).replace("--content", "--photos").replace("name: ", "--name: ", 1)) from None
    left = report["validation"].get("style left")
    say(f"learned '{name}' (style left {left:.2f}; 1 is the photo): impasto PHOTO --style-name {name}", quiet)
    if as_json:
        click.echo(json.dumps(report))


@style.command(cls=Command, short_help="Forget a style of your own.")
@click.argument("name", metavar="NAME")
def remove(name: str) -> None:
    """Forget the style NAME, which you added."""
    from impasto.api.zoo import remove_style

    remove_style(name)
    say(f"removed '{name}'", quiet=False)
