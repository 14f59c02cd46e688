"""`impasto doctor`: what works here and what does not."""

import json
from typing import Any

import click

from .commands import Command, option
from .tables import plain_table, show


@click.command(cls=Command, section="Look around", short_help="Versions, devices, weights: what works here.")
@option("--size", type=click.IntRange(1, 100_000), metavar="N", help="Also say what this long side would need.")
@option(
    "--engines", "trials", is_flag=True, help="Time every engine on every shipped network; the fastest is remembered."
)
@option("--warm-up", "warm", is_flag=True, help="Compile all kernels now, so that no first picture has to wait for it.")
@option("--json", "as_json", is_flag=True, help="Print one JSON report on stdout.")
def doctor(size: int | None, trials: bool, warm: bool, as_json: bool) -> int:
    """Say what impasto finds on this machine, and how large a picture it can make. Exits with 1 if something is amiss."""
    from impasto.api.checkup import checkup

    found = checkup(size, trials=trials)
    if warm:
        found["warm_up"] = _warm_up(as_json)
    if as_json:
        click.echo(json.dumps(found))
    else:
        _print(found)
    return 1 if found["problems"] else 0


def _warm_up(quiet: bool) -> list[dict[str, Any]]:
    from impasto.api.warmup import warm_up

    from .progress import say

    rows = warm_up(lambda name: say(f"  {name} ...", quiet))
    compiled = sum(row["compiled"] for row in rows)
    say(f"{compiled} kernels compiled" if compiled else "all kernels were compiled already", quiet)
    return rows


def _print(found: dict[str, Any]) -> None:
    from rich.markup import escape

    from impasto.api.wording import memory_text

    show(
        "[bold]Versions[/]   " + escape(", ".join(f"{name} {v or 'missing'}" for name, v in found["versions"].items()))
    )
    machine = found["machine"]
    show(f"[bold]Processor[/]  {escape(machine['processor'])}, {machine['cores']} cores for this process")
    fast = ", ".join(machine["bfloat16"]) or "not in hardware"
    show(f"[bold]bfloat16[/]   {fast}")
    show(f"[bold]Memory[/]     {memory_text(machine['memory_free'])} free of {memory_text(machine['memory_total'])}")
    show(f"[bold]Devices[/]    {escape(', '.join(machine['devices']))}")
    there = [f"{name} {version}" if version else f"{name} not installed" for name, version in found["engines"].items()]
    show(f"[bold]Engines[/]    {escape(', '.join(there))}")
    for row in found["trials"]:
        times = sorted(row["seconds"].items(), key=lambda pair: pair[1])
        show(f"[bold]Trial[/]      {escape(row['network'])}: " + ", ".join(f"{e} {s:.3f} s" for e, s in times))
    for row in found["weights"]:
        state = escape(row["problem"]) if row["problem"] else f"{row['origin']}, {escape(row['where'])}"
        show(f"[bold]Weights[/]    {row['name']}: {state}")
    show(f"[bold]Cache[/]      {escape(found['cache'])}")
    show(f"[bold]Methods[/]    {found['methods']}, of which '{found['default_method']}' is the default")
    _print_sizes(found["sizes"], found["default_method"])
    for problem in found["problems"]:
        show(f"[bold red]amiss[/]      {escape(problem)}")


def _print_sizes(sizes: dict[str, Any], method: str) -> None:
    from impasto.api.wording import memory_text, time_text

    if not sizes["rows"]:
        return
    show(f"\nWhat a photo of 4 : 3 needs with '{method}':")
    rows = [
        (
            f"{row['width']} x {row['height']}",
            memory_text(row["memory_bytes"]),
            time_text(row["seconds"]) if row["seconds"] is not None else "unknown",
            "" if row["fits"] else "too large for this machine",
        )
        for row in sizes["rows"]
    ]
    show(plain_table(("  size", "memory", "time", ""), [(f"  {r[0]}", *r[1:]) for r in rows]))
    if sizes["largest"]:
        show(f"The largest long side that fits now is {sizes['largest']}.")
