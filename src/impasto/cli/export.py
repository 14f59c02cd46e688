"""`impasto export`: a network as a file that other programs run, or as a page that paints in the browser."""

import json
from pathlib import Path
from typing import Any

import click

from impasto.core import UsageError

from .commands import Command, option
from .progress import say

_WEB = "A page for the browser"


@click.command(
    cls=Command,
    section="Train networks",
    short_help="Write a network as an ONNX file, or as a page for the browser.",
    epilog="An ONNX file takes pictures of any size; its metadata says how it is fed, and under which licence it is. A model "
    "of several networks becomes several files, NAME-PART.onnx. A page (--web) takes several models and shows all their "
    "styles; photos stay on the device. It runs ONNX Runtime Web (MIT), three files of the npm package onnxruntime-web, which "
    "are copied from --runtime, ./node_modules or the cache.",
)
@click.argument("models", metavar="MODEL...", nargs=-1, required=True)
@option("-o", "--output", metavar="FILE", required=True, help="The file to write, as .onnx; with --web the folder.")
@option("--part", metavar="NAME", help="Write only this one of the model's networks.")
@option("--web", is_flag=True, section=_WEB, help="Write a folder with a page that paints photos in the browser.")
@option(
    "--style-name", "names", metavar="NAME", multiple=True, section=_WEB, help="Show only this style; may be repeated."
)
@option(
    "--runtime",
    type=click.Path(path_type=Path),
    metavar="PATH",
    section=_WEB,
    help="onnxruntime-web, unpacked or as .tgz.",
)
@option(
    "--fetch-runtime",
    is_flag=True,
    section=_WEB,
    help="Have npm fetch the pinned onnxruntime-web, check it and keep it.",
)
@option("--serve", is_flag=True, section=_WEB, help="Show the page to this machine until Ctrl-C.")
@option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    metavar="N",
    section=_WEB,
    help="Where --serve listens; 0 takes a free one.",
)
@option("--json", "as_json", is_flag=True, help="Print one JSON report on stdout.")
@option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
def export(
    models: tuple[str, ...], output: str, part: str | None, web: bool, names: tuple[str, ...], runtime: Path | None,
    fetch_runtime: bool, serve: bool, port: int, as_json: bool, quiet: bool,
) -> int:  # fmt: skip
    """Write MODEL, a shipped network's name or a .safetensors file made by 'impasto train', as ONNX or as a page.

    Before a file takes its place it is run beside torch, and kept only when both agree.
    """
    from impasto.engines import installed

    if installed()["onnx"] is None:
        raise UsageError("export: onnx and onnxruntime are not installed; pip install 'impasto[onnx]' brings them")
    if web:
        if part is not None:
            raise UsageError("--part: a page takes whole models; leave it out with --web")
        return _page(models, Path(output), names, runtime, fetch_runtime, port if serve else None, as_json, quiet)
    given = {"--style-name": names, "--runtime": runtime, "--fetch-runtime": fetch_runtime, "--serve": serve}
    if wrong := next((flag for flag, value in given.items() if value), None):
        raise UsageError(f"{wrong}: is for pages; add --web")
    model, *more = models
    if more:
        raise UsageError(f"export: one model at a time ('{model}', '{more[0]}'); several only with --web")
    from impasto.export import find, write_onnx

    written: list[dict[str, Any]] = write_onnx(find(model), Path(output), part)
    for row in written:
        say(f"{row['file']}: {row['size_bytes'] / 1e6:.1f} MB, agrees with torch to {row['psnr_db']:.0f} dB", quiet)
    if as_json:
        click.echo(json.dumps({"files": written}))
    return 0


def _page(
    models: tuple[str, ...], folder: Path, names: tuple[str, ...], place: Path | None, fetch: bool, port: int | None,
    as_json: bool, quiet: bool,
) -> int:  # fmt: skip
    """Write the page and, where a port is given, show it."""
    from impasto.export import runtime, write_web
    from impasto.export.serve import serve

    found = runtime.fetch() if fetch and place is None else runtime.find(place)
    report = write_web(models, folder, found, names)
    networks = sum(report["networks"].values()) / 1e6
    say(f"{folder}: {report['styles']} styles, {networks:.1f} MB of networks; onnxruntime-web {found.version}", quiet)
    if as_json:
        click.echo(json.dumps(report))
    if port is None:
        say(f"To see it: python {folder / 'serve.py'}", quiet)
        return 0
    try:
        serve(folder, port, say)
    except OSError as error:
        raise UsageError(
            f"--port {port}: {(error.strerror or str(error)).lower()}; --port 0 takes a free one"
        ) from None
    return 0
