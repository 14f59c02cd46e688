"""`impasto methods`: what there is, as a table, as the survey's tree, or one method's page."""

import json
from typing import TYPE_CHECKING, Any

import click

from impasto import registry

from .commands import Command, option
from .flags import MethodId
from .tables import options_table, plain_table, show

if TYPE_CHECKING:
    from rich.tree import Tree

    from impasto.core import Method


@click.command(cls=Command, section="Look around", short_help="What there is, as a table or the survey's tree.")
@click.argument("method_id", metavar="[ID]", required=False, type=MethodId())
@option("--tree", is_flag=True, help="As the tree of the field's survey.")
@option("--json", "as_json", is_flag=True, help="Everything, as JSON on stdout.")
def methods(method_id: str | None, tree: bool, as_json: bool) -> None:
    """List the methods, or show the page of one."""
    if method_id is not None:
        method = registry.get(method_id)
        show_json(method) if as_json else show_page(method)
        return
    known = registry.methods()
    if as_json:
        from impasto.api.catalogue import method_page

        click.echo(json.dumps([method_page(method) for method in known.values()]))
    elif tree:
        show(_tree(known))
    else:
        rows = [(m.id, m.title, m.summary) for m in known.values()]
        show(plain_table(("id", "method", "what it does"), rows))
        show(f"[dim]{len(rows)} methods. 'impasto methods ID' shows one; the default is {registry.DEFAULT_METHOD}.[/]")


def show_json(method: "Method") -> None:
    """Print one method's page as JSON."""
    from impasto.api.catalogue import method_page

    click.echo(json.dumps(method_page(method)))


def _tree(known: dict[str, "Method"]) -> "Tree":
    from rich.markup import escape
    from rich.tree import Tree

    root = Tree("[bold]Style transfer[/]")
    branches: dict[tuple[str, ...], Tree] = {(): root}
    for method in sorted(known.values(), key=lambda m: (m.taxonomy.path, m.id)):
        path = method.taxonomy.path
        for depth in range(1, len(path) + 1):
            if path[:depth] not in branches:
                branches[path[:depth]] = branches[path[: depth - 1]].add(path[depth - 1])
        branches[path].add(f"[bold]{method.id}[/]  {escape(method.title)}")
    return root


def show_page(method: "Method") -> None:
    """Print everything about one method for people."""
    from rich.markup import escape

    show(f"[bold]{method.id}[/]  {escape(method.title)}")
    show(escape(method.summary))
    show(f"[dim]{escape(' > '.join(method.taxonomy.path))}[/]")
    _list("Papers", [f"{paper}{f'  {paper.url}' if paper.url else ''}" for paper in method.references])
    _list("Pictures", [f"{spec.name}{' (optional)' if spec.optional else ''}: {spec.help}" for spec in method.inputs])
    show("\n[bold]Options[/]")
    show(options_table(method.options))
    _list("Presets", [f"{name}: {_settings(values)}" for name, values in method.presets.items()])
    _list("Where it differs from the paper", method.deviations)
    _list("Trained networks it needs", method.weights)


def _settings(values: Any) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items()) or "as by default"


def _list(heading: str, lines: Any) -> None:
    from rich.markup import escape

    if lines:
        show(f"\n[bold]{heading}[/]")
        for line in lines:
            show(f"  {escape(str(line))}")
