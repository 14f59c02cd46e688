"""`impasto export`: a network as a file that other programs run."""

import json
from pathlib import Path
from typing import Any

import click

from impasto.core import UsageError

from .commands import Command, option
from .progress import say


@click.command(
    cls=Command,
    section="Train networks",
    short_help="Write a network as an ONNX file.",
    epilog="The file takes pictures of any size; its metadata says how it is fed, and under which licence it is. A model "
    "of several networks becomes several files, NAME-PART.onnx.",
)
@click.argument("model", metavar="MODEL")
@option("-o", "--output", metavar="FILE", required=True, help="The file to write, as .onnx.")
@option("--part", metavar="NAME", help="Write only this one of the model's networks.")
@option("--json", "as_json", is_flag=True, help="Print one JSON report on stdout.")
@option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
def export(model: str, output: str, part: str | None, as_json: bool, quiet: bool) -> int:
    """Write MODEL, a shipped network's name or a .safetensors file made by 'impasto train', as ONNX.

    Before a file takes its place it is run beside torch, and kept only when both agree.
    """
    from impasto.engines import installed

    if installed()["onnx"] is None:
        raise UsageError("export: onnx and onnxruntime are not installed; pip install 'impasto[onnx]' brings them")
    from impasto.export import find, write_onnx

    written: list[dict[str, Any]] = write_onnx(find(model), Path(output), part)
    for row in written:
        say(f"{row['file']}: {row['size_bytes'] / 1e6:.1f} MB, agrees with torch to {row['psnr_db']:.0f} dB", quiet)
    if as_json:
        click.echo(json.dumps({"files": written}))
    return 0
