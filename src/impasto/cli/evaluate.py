"""`impasto evaluate`: measure pictures, ours or another program's."""

import json
from pathlib import Path

import click

from .commands import Command, option
from .pictures import read, refuse_two_streams
from .tables import plain_table, show


@click.command(cls=Command, section="Look around", short_help="Measure how much style and content a picture has.")
@click.argument("content", metavar="PHOTO")
@click.argument("style", metavar="STYLE")
@click.argument("results", metavar="RESULT...", nargs=-1, required=True)
@option("--json", "as_json", is_flag=True, help="Print one JSON report on stdout.")
def evaluate(content: str, style: str, results: tuple[str, ...], as_json: bool) -> None:
    """Measure how much of STYLE each RESULT has taken, and how much of PHOTO it has kept."""
    from impasto.api.measure import measure

    refuse_two_streams((content, style, *results))
    found = measure(read(content), read(style), [read(name) for name in results])
    if as_json:
        rows = [{"result": name, **each.to_dict()} for name, each in zip(results, found, strict=True)]
        click.echo(json.dumps({"content": content, "style": style, "results": rows}))
        return
    from impasto.evaluation import METRICS
    from impasto.evaluation.report import shown, value_of

    heads = ["result", *(f"{metric.title} ({'↓' if metric.better == 'lower' else '↑'})" for metric in METRICS)]
    rows = [
        [Path(name).name, *(shown(metric, value_of(metric, each)) for metric in METRICS)]
        for name, each in zip(results, found, strict=True)
    ]
    show(plain_table(heads, rows, numbers=range(1, len(heads))))
    for note in dict.fromkeys(note for each in found for note in each.notes):
        show(f"[dim]{note}[/]")
