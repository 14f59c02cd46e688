"""`impasto compare`: several methods on the same pictures, side by side with seconds and metrics."""

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from impasto import registry
from impasto.core import (
    Cancelled,
    ImpastoError,
    PictureOptions,
    RunError,
    RunOptions,
    UsageError,
    parse_options,
)

from . import pictures
from .commands import Command, option
from .flags import MethodId, flags, given, named_as_flags, run_flags
from .output import Destination, OutputOptions, destination
from .progress import say
from .stylize import EXIT_INTERRUPTED, refuse_two_outputs, run_job

if TYPE_CHECKING:
    from impasto.api import Job, Stylized
    from impasto.evaluation import Entry, Evaluation
    from impasto.image import Picture

    Look = tuple[Picture, float]


class _CompareCommand(Command):
    """A command with the flags that every run has."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """The command's own flags, then every run's."""
        own = super().get_params(ctx)
        made = [*flags(PictureOptions, "Every run"), *run_flags()]
        shared = [flag for flag in made if flag.name != "preview_every"]
        return [*own[:-1], *shared, own[-1]]


@click.command(cls=_CompareCommand, section="Make pictures", short_help="Several methods on the same pictures.")
@click.argument("photo", metavar="PHOTO")
@click.argument("styles", metavar="STYLE[:WEIGHT]...", nargs=-1, required=True)
@option("-m", "--method", "methods", type=MethodId(), metavar="ID[:PRESET]", multiple=True, help="Give it repeatedly.")
@option("-o", "--output", metavar="FILE", help="The sheet to write; the suffix decides the format.")
@option("--json", "as_json", is_flag=True, help="Print one JSON report on stdout.")
@option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
def compare(photo: str, styles: tuple[str, ...], methods: tuple[str, ...], **values: Any) -> int:
    """Run several methods on the same pictures and put the results on one sheet, with seconds and metrics."""
    if not methods:
        known = registry.methods()
        raise UsageError(f"no methods to compare. Give some with -m ID; 'impasto methods' lists all {len(known)}.")
    weighted = [pictures.split_weight(word) for word in styles]
    names = [photo, *(name for name, _ in weighted)]
    pictures.refuse_two_streams(names)
    stem = pictures.stem_of(photo, names[1:], "style") + "-compared"
    target = destination(values["output"], stem, OutputOptions(metadata=False))
    with named_as_flags(RunOptions, PictureOptions):
        run = parse_options(RunOptions, given(values, RunOptions))
        refuse_two_outputs(target, values["as_json"], run)
        target.check(names)
        content, looks = _read(photo, weighted)
        jobs = _jobs(content, looks, methods, run, given(values, PictureOptions))
        return _compare(jobs, looks, target, values)


def _read(photo: str, styles: Sequence[tuple[str, float]]) -> tuple["Picture", list["Look"]]:
    """Decode every picture once for all the methods."""
    from impasto.api.sources import picture

    content = picture(pictures.read(photo), "content")
    return content, [(picture(pictures.read(name), "style"), weight) for name, weight in styles]


def _jobs(
    content: "Picture", looks: list["Look"], words: Iterable[str], run: RunOptions, options: dict[str, Any]
) -> dict[str, "Job"]:
    """Every run, checked before the first one starts, by the name it was asked for with."""
    from impasto.api import prepare

    jobs: dict[str, Job] = {}
    for word in words:
        method, _, preset = word.partition(":")
        chosen = registry.get(method)
        if not chosen.takes_content:
            raise UsageError(f"'{chosen.id}' takes no photo, so it cannot be compared on one.")
        # A filter that needs the photo alone may stand beside methods that need a style too.
        styles = looks if chosen.takes_styles else ()
        jobs[word] = prepare(content, styles, method=chosen, preset=preset or None, run=run, options=options)
    return jobs


def _compare(jobs: dict[str, "Job"], looks: list["Look"], target: Destination, values: dict[str, Any]) -> int:
    """Run the jobs one after another; a failed one leaves a gap, an interruption ends the comparison."""
    quiet = values["quiet"]
    done: dict[str, Stylized] = {}
    failed: dict[str, str] = {}
    interrupted = False
    for word, job in jobs.items():
        say(job.headline, quiet)
        try:
            done[word] = run_job(job, quiet=quiet)
        except RunError as error:
            failed[word] = str(error)
            say(f"impasto: {word}: {error}")
            continue
        except Cancelled:
            interrupted = True
            break
        if interrupted := done[word].interrupted:
            break
    if not done and interrupted:
        raise Cancelled("interrupted. Nothing was written.")
    if not done:
        raise RunError("none of the methods finished; there is nothing to compare.")
    report = _sheet_and_report(jobs, looks, done, failed, target, quiet)
    say(f"wrote {target.label}", quiet)
    if values["as_json"]:
        click.echo(json.dumps({**report, "output": target.label}))
    elif not target.named:
        click.echo(target.label)
    if interrupted:
        return EXIT_INTERRUPTED
    return 1 if failed else 0


def _sheet_and_report(
    jobs: dict[str, "Job"],
    looks: list["Look"],
    done: dict[str, "Stylized"],
    failed: dict[str, str],
    target: Destination,
    quiet: bool,
) -> dict[str, Any]:
    from impasto.api.stylized import Stylized
    from impasto.evaluation import Entry, comparison_report, contact_sheet

    job = next(iter(jobs.values()))
    heaviest, _ = max(looks, key=lambda look: look[1])
    measured = _measure(job.photo, heaviest, done, quiet)
    content = Entry(job.photo.name, job.inputs.content)
    styles = [Entry(look.name, look.rgb) for look, _ in looks]
    results = [_entry(word, done, failed, measured) for word in jobs if word in done or word in failed]
    sheet = contact_sheet(content, styles, results)
    target.write(Stylized(sheet, {}))
    runs = {word: result.report for word, result in done.items()}
    return {**comparison_report(content, styles, results), "runs": runs, "failed": failed}


def _entry(
    word: str, done: dict[str, "Stylized"], failed: dict[str, str], measured: dict[str, "Evaluation"]
) -> "Entry":
    from impasto.evaluation import Entry

    if word in failed:
        return Entry(word, note=failed[word])
    return Entry(word, done[word].picture, done[word].report["seconds"], measured.get(word))


def _measure(photo: "Picture", look: "Picture", done: dict[str, "Stylized"], quiet: bool) -> dict[str, "Evaluation"]:
    """Metrics of every result, against the photo and the style of the largest weight; none where they cannot be had."""
    from impasto.api.measure import measure

    try:
        found = measure(photo, look, [result.picture for result in done.values()])
    except ImpastoError as error:
        say(f"impasto: warning: no metrics: {error}", quiet)
        return {}
    return dict(zip(done, found, strict=True))
