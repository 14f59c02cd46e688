"""`impasto stylize`: a photo in the style of other pictures."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from impasto.core import Context, Extra, Method, RunOptions, UsageError, parse_options
from impasto.kernels import when_compiling

from . import pictures
from .flags import MethodCommand, chosen_method, chosen_preset, given, named_as_flags, painting
from .interrupts import interruptible
from .output import Destination, OutputOptions, destination
from .progress import Listener, say

if TYPE_CHECKING:
    from impasto.api import Job, Stylized

EXIT_INTERRUPTED = 130


@click.command(
    cls=MethodCommand,
    section="Make pictures",
    short_help="A photo in the style of a painting. What 'impasto PHOTO PAINTING' runs.",
    epilog="A picture may be '-' for standard input, OUT may be '-' for standard output. "
    "Several styles take weights: a.jpg:2 b.jpg:1. Where a method can do without a photo, a single picture is the style. "
    "--method ID --help shows that method's options.",
)
@click.argument("photo", metavar="PHOTO")
@painting("FILE", "The picture to write; the suffix decides the format.")
@click.pass_context
def stylize(ctx: click.Context, styles: tuple[str, ...], **values: Any) -> int:
    """Repaint PHOTO in the style of one or more STYLE pictures."""
    quiet, method = values["quiet"], chosen_method(ctx)
    values["preset"] = chosen_preset(ctx)
    photo: str | None = values.get("photo")  # no argument of a method that takes none
    weighted = [pictures.split_weight(word) for word in styles]
    names = [*filter(None, [photo]), *(name for name, _ in weighted), *_further_pictures(method, values)]
    stem = pictures.stem_of(photo, (name for name, _ in weighted), method.id)
    with named_as_flags(method.options, RunOptions, OutputOptions):
        run = parse_options(RunOptions, given(values, RunOptions))
        target = destination(values["output"], stem, parse_options(OutputOptions, given(values, OutputOptions)))
        refuse_two_outputs(target, values["as_json"], run)
        target.check(names)
        job = _prepare(method, photo, weighted, names, values, run)
        target.check_size(job.shape)
        say(job.headline, quiet)
        result = run_job(job, quiet=quiet, preview=target.preview, time_lapse=target.settings.time_lapse)
    if job.alpha is not None and not target.format.alpha:
        lost = f"{target.label}: {target.format} has no transparency, so the picture was laid on white."
        result.report["warnings"].append(lost)
        say(f"impasto: warning: {lost}", quiet)
    target.write(result)
    _conclude(result, target, values["as_json"], quiet)
    return EXIT_INTERRUPTED if result.interrupted else 0


def refuse_two_outputs(target: Destination, as_json: bool, run: RunOptions) -> None:
    """Standard output holds one thing, and it has no folder to put a preview in."""
    if target.path is None and as_json:
        raise UsageError("--json and '-o -' both want standard output; give the picture a file.")
    if target.path is None and run.preview_every:
        raise UsageError("preview_every: a preview is written beside the output, and '-o -' has no such place.")


def _further_pictures(method: Method, values: dict[str, Any]) -> list[str]:
    extras = (values.get(spec.name) for spec in method.inputs if isinstance(spec, Extra))
    return [*(values.get("mask") or ()), *(values.get("style_mask") or ()), *(name for name in extras if name)]


def _prepare(
    method: Method,
    photo: str | None,
    styles: list[tuple[str, float]],
    names: list[str],
    values: dict[str, Any],
    run: RunOptions,
) -> "Job":
    """Read and check every picture and option."""
    from impasto.api import prepare

    options = given(values, method.options)
    method.make_options(values["preset"], **options)  # before anything is read from standard input
    pictures.refuse_two_streams(names)
    extras = {s.name: values[s.name] for s in method.inputs if isinstance(s, Extra) and values.get(s.name)}
    return prepare(
        None if photo is None else pictures.read(photo),
        [(pictures.read(name), weight) for name, weight in styles],
        method=method,
        preset=values["preset"],
        masks=[pictures.read(name) for name in values.get("mask") or ()],
        style_masks=[pictures.read(name) for name in values.get("style_mask") or ()],
        extras={name: pictures.read(source) for name, source in extras.items()},
        run=run,
        options=options,
    )


def run_job(job: "Job", *, quiet: bool, preview: Path | None = None, time_lapse: str | None = None) -> "Stylized":
    """Run a job with everything a person at a terminal expects: progress, previews, a film of the making, Ctrl-C."""
    context = Context(job.run_options)
    listener = Listener(job.method.id, quiet=quiet, preview=preview, preview_every=job.run_options.preview_every)
    context.listener = listener
    with when_compiling(listener.compiling):
        if time_lapse is None:
            with interruptible(context), listener:
                result = job.run(context)
        else:
            result = _filmed(job, context, listener, time_lapse, quiet)
    for warning in result.report["warnings"]:
        say(f"impasto: warning: {warning}", quiet)
    return result


def _filmed(job: "Job", context: Context, listener: Listener, time_lapse: str, quiet: bool) -> "Stylized":
    from impasto.api.timelapse import TimeLapse

    lapse = TimeLapse(time_lapse, then=listener)
    context.listener = lapse
    try:
        with interruptible(context), listener:
            result = job.run(context)
        frames = lapse.write(result.picture)
    finally:
        lapse.close()
    say(f"wrote {time_lapse}: {frames} frames of the making", quiet)
    return result


def _conclude(result: "Stylized", target: Destination, as_json: bool, quiet: bool) -> None:
    from impasto.api.wording import time_text

    took = time_text(result.report["seconds"])
    state = "stopped early; the best picture so far is in" if result.interrupted else "wrote"
    say(f"{state} {target.label} ({took})", quiet)
    if as_json:
        click.echo(json.dumps({**result.report, "output": target.label}))
    elif not target.named:
        click.echo(target.label)
