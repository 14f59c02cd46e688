"""`impasto guides`: pictures that say what is where, for the methods that paint by example."""

from pathlib import Path
from typing import Any

import click

from impasto.core import UsageError, parse_options
from impasto.guides.view import ViewOptions

from .commands import Command, option
from .flags import flags, given
from .output import destination
from .pictures import STREAM, read
from .progress import say

_HEADING = "Models"


class GuidesCommand(Command):
    """A command with the flags of a view, made from its declaration."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """The command's own flags and those of a view."""
        *own, last = super().get_params(ctx)
        return [*own, *flags(ViewOptions, _HEADING), last]


@click.command(
    cls=GuidesCommand,
    section="Make pictures",
    short_help="Normals, light, positions, edges ... of a model or picture, for --method styleblit, ebsynth, stylit.",
    epilog="Of a model (.obj), or of ball, knot or vase: normals, positions, mask, depth, full, diffuse, specular, indirect. "
    "Of a picture: appearance, grey, detail, edges, positions, segmentation; and normals, of a picture of depths (near is "
    "light). 'impasto guides model vase -o vase.obj' writes one of the shapes as a model.",
)
@click.argument("kind", metavar="KIND")
@click.argument("source", metavar="SOURCE")
@option("-o", "--output", metavar="FILE", help="The picture to write; left alone, SOURCE-KIND.png.")
@option("--like", metavar="FILE", help="For appearance, the painting to be compared with; for segmentation, the other label picture.")  # fmt: skip
@option("--size", type=click.IntRange(1, 100_000), metavar="N", help="Long side in pixels. [default the picture's own, or 512 of a model]")  # fmt: skip
@option("--relief", type=click.FloatRange(0, 100), default=0.2, metavar="X", help="For normals of depths: how high white lies above black, relative to the long side. [default 0.2]")  # fmt: skip
@option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
def guides(kind: str, source: str, **values: Any) -> int:
    """Make a guide of SOURCE, a picture or 3D model: a picture that says what is where."""
    from impasto.api import guides as api

    if kind == "model":
        return _write_model(source, values["output"], values["quiet"])
    view = parse_options(ViewOptions, given(values, ViewOptions))
    stem = source if source == STREAM else Path(source).stem
    target = destination(values["output"], f"{'stdin' if stem == STREAM else stem}-{kind}")
    target.check([name for name in (source, values["like"]) if name])
    like = None if values["like"] is None else read(values["like"])
    made = api.make(kind, read(source), like=like, size=values["size"], relief=values["relief"], view=view)
    from impasto.api.stylized import Stylized

    target.write(Stylized(made, depth=16 if kind == "depth" else 8))  # steps of depth become steps of normals
    say(f"wrote {target.label}", values["quiet"])
    if not target.named:
        click.echo(target.label)
    return 0


def _write_model(shape: str, output: str | None, quiet: bool) -> int:
    from impasto.api.guides import write_model
    from impasto.image.files import write_atomic

    path = Path(output or f"{shape}.obj")
    if path.suffix.lower() != ".obj":
        raise UsageError(f"{path}: a model is written as .obj.")
    text = write_model(shape).encode()
    write_atomic(path, text)
    say(f"wrote {path}", quiet)
    return 0
