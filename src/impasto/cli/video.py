"""`impasto video`: a film in the style of pictures."""

import json
from itertools import count
from pathlib import Path
from typing import Any

import click

from impasto import registry
from impasto.core import Context, Extra, FilmOptions, RunOptions, UsageError, parse_options

from . import pictures
from .flags import MethodCommand, chosen_method, chosen_preset, given, named_as_flags, painting
from .interrupts import interruptible
from .progress import Listener, say
from .stylize import EXIT_INTERRUPTED


class FilmCommand(MethodCommand):
    """A command whose method paints films: a fast one unless another is asked for."""

    default_quality = registry.DEFAULT_FILM_QUALITY
    file_options = FilmOptions
    file_section = "The film"


@click.command(
    cls=FilmCommand,
    section="Make pictures",
    short_help="A film in the style of a painting, frame by frame and steady.",
    epilog="CLIP is a film or a folder of numbered pictures. OUT's suffix decides: .mp4, .mov, .mkv, .webm, .gif, or none "
    "for a folder of frames. Finished frames lie in OUT.unfinished until the film is complete; after Ctrl-C the same line "
    "goes on from there. --method ID --help shows that method's options.",
)
@click.argument("photo", metavar="CLIP")
@painting("OUT", "The film to write; the suffix decides the format.", registry.DEFAULT_FILM_QUALITY)
@click.pass_context
def video(ctx: click.Context, photo: str, styles: tuple[str, ...], **values: Any) -> int:
    """Repaint CLIP in the style of one or more STYLE pictures."""
    quiet, method = values["quiet"], chosen_method(ctx)
    weighted = [pictures.split_weight(word) for word in styles]
    extras = {s.name: values[s.name] for s in method.inputs if isinstance(s, Extra) and values.get(s.name)}
    masks, style_masks = (list(values.get(name) or ()) for name in ("mask", "style_mask"))
    names = [photo, *(name for name, _ in weighted), *masks, *style_masks, *extras.values()]
    if pictures.STREAM in names or values["output"] == pictures.STREAM:
        raise UsageError("'-' is for pictures; films are read from and written to files.")
    output = (
        Path(values["output"])
        if values["output"]
        else _free(pictures.stem_of(photo, (n for n, _ in weighted), method.id))
    )
    with named_as_flags(method.options, RunOptions, FilmOptions):
        run = parse_options(RunOptions, given(values, RunOptions))
        film = parse_options(FilmOptions, given(values, FilmOptions))
        from impasto.api.films import prepare_video

        job = prepare_video(
            photo, weighted, output, method=method, preset=chosen_preset(ctx), masks=masks, style_masks=style_masks,
            extras=extras, run=run, film=film, options=given(values, method.options),
        )  # fmt: skip
        say(job.headline, quiet)
        context = Context(run)
        preview = output.with_name(f"{output.stem}.preview.png")
        context.listener = listener = Listener(method.id, quiet=quiet, preview=preview, preview_every=run.preview_every)
        promise = "finished frames are kept, and the same line goes on after them (once more to leave at once)"
        with interruptible(context, promise), listener:
            report = job.run(context)
    return _conclude(report, output, values, quiet)


def _free(stem: str) -> Path:
    return next(p for n in count(1) if not (p := Path(f"{stem}{f'-{n}' if n > 1 else ''}.mp4")).exists())


def _conclude(report: dict[str, Any], output: Path, values: dict[str, Any], quiet: bool) -> int:
    from impasto.api.wording import time_text
    from impasto.image.files import shown

    for warning in report["warnings"]:
        say(f"impasto: warning: {warning}", quiet)
    took = time_text(report["seconds"])
    if report["interrupted"]:
        say(f"stopped after {report['frames']} frames ({took}); the same line goes on from there", quiet)
    else:
        say(f"wrote {shown(output)}: {report['frames']} frames ({took})", quiet)
    if values["as_json"]:
        click.echo(json.dumps({**report, "output": shown(output)}))
    elif not values["output"] and not report["interrupted"]:
        click.echo(shown(output))
    return EXIT_INTERRUPTED if report["interrupted"] else 0
