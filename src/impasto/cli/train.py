"""`impasto train`: teach a network from folders of pictures."""

import json
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import click

from impasto import registry
from impasto.core import Context, Recipe, RunOptions, UsageError, parse_options

from .commands import Command, Option, option
from .flags import ADVANCED, flags, given, named_as_flags, run_flags
from .interrupts import interruptible
from .progress import Listener, say

_CHOSEN = "impasto.cli.recipe"
_NO_USE = {"preview_every", "engine"}  # of the flags that every run has
_FOLDER_HELP = {"content": "Folder of photos to learn from.", "style": "Folder of paintings to learn from."}
EXIT_INTERRUPTED = 130


class RecipeId(click.ParamType):
    """A recipe by its id; shells complete it."""

    name = "id"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:  # noqa: ARG002
        """Offer the ids that start with what was typed."""
        from click.shell_completion import CompletionItem

        known = registry.recipes().values()
        return [CompletionItem(r.id, help=r.summary) for r in known if r.id.startswith(incomplete)]


class RecipeCommand(Command):
    """A command whose further flags are those of the recipe it is asked to follow."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Look for the recipe first, since it decides which flags exist."""
        known = registry.recipes()
        if name := next((word for word in args if word in known), None):
            preset = next((b for a, b in pairwise(args) if a == "--preset"), None)
            preset = next((a.partition("=")[2] for a in args if a.startswith("--preset=")), preset)
            ctx.meta[_CHOSEN] = (known[name], known[name].make_options(preset))
        elif words := [word for word in args if not word.startswith("-")]:
            registry.get_recipe(words[0])  # says what there is
        return super().parse_args(ctx, args)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """The command's own flags, then the recipe's folders and options and every run's, the advanced ones last."""
        own = super().get_params(ctx)
        if _CHOSEN not in ctx.meta:
            return own
        recipe, shown = ctx.meta[_CHOSEN]
        made = [*_folder_flags(recipe), *flags(recipe.options, f"Options of '{recipe.id}' ({recipe.title})", shown)]
        made += [flag for flag in run_flags() if flag.name not in _NO_USE]
        return [*own[:-1], *sorted(made, key=lambda flag: flag.section == ADVANCED), own[-1]]

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the recipes where none was named."""
        if _CHOSEN not in ctx.meta:
            with formatter.section("Recipes"):
                formatter.write_dl([(recipe.id, recipe.summary) for recipe in registry.recipes().values()])
        super().format_epilog(ctx, formatter)


def _folder_flags(recipe: Recipe) -> Iterable[Option]:
    for kind in recipe.pictures:
        help_text = _FOLDER_HELP.get(kind, f"Folder of {kind} pictures to learn from.")
        yield Option([f"--{kind}", f"folder_{kind}"], metavar="DIR", required=True, help=help_text, section="Pictures")


@click.command(
    cls=RecipeCommand,
    section="Train networks",
    short_help="Teach a network from folders of pictures.",
    epilog="'impasto train ID --help' shows a recipe's options. Ctrl-C or --minutes end a run early with a checkpoint; "
    "the same line with --resume goes on from there, exactly. 'torchrun --nproc-per-node 2 -m impasto train ID ...' parts "
    "every batch between two processes, on as many GPUs or cores.",
)
@click.argument("recipe_id", metavar="ID", type=RecipeId())
@option("-o", "--output", metavar="FILE", required=True, help="The weights to write, as .safetensors.")
@option("--preset", metavar="NAME", help="A set of options the recipe comes with: cpu, gpu or tiny.")
@option("--resume", is_flag=True, help="Go on from the checkpoint of an earlier run; its options are kept.")
@option("--minutes", type=click.FloatRange(min=0), metavar="X", help="Stop after so many minutes, with a checkpoint.")
@option("--json", "as_json", is_flag=True, help="Print one JSON report on stdout.")
@option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
@click.pass_context
def train(ctx: click.Context, recipe_id: str, **values: Any) -> int:  # noqa: ARG001
    """Train the network of recipe ID. Checkpoint, journal and loss curve lie in FILE.training."""
    recipe, quiet = ctx.meta[_CHOSEN][0], values["quiet"]
    output = Path(values["output"])
    if output.suffix != ".safetensors":
        raise UsageError(f"--output {output}: weights are written as .safetensors")
    with named_as_flags(recipe.options, RunOptions):
        run_options = parse_options(RunOptions, given(values, RunOptions))
        asked = given(values, recipe.options)
        recipe.make_options(values["preset"], **asked)  # before torch is loaded
        from impasto.training.loop import Run, stored_options, train
        from impasto.training.ranks import rank

        quiet = quiet or rank() > 0  # the first of several processes speaks for all
        kept = stored_options(output) if values["resume"] and values["preset"] is None else {}
        options = recipe.make_options(values["preset"], **(kept | asked))
        folders = {kind: Path(values[f"folder_{kind}"]) for kind in recipe.pictures}
        run = Run(recipe, options, folders, output, values["resume"], values["minutes"])
        context = Context(run_options)
        listener = Listener(recipe.id, quiet=quiet)
        context.listener = listener
        with interruptible(context, "a checkpoint will be saved (once more to leave without it)"), listener:
            report = train(run, context)
    for warning in report["warnings"]:
        say(f"impasto: warning: {warning}", quiet)
    _conclude(report, output, quiet)
    if values["as_json"] and rank() == 0:
        click.echo(json.dumps(report))
    return EXIT_INTERRUPTED if context.stopping else 0


def _conclude(report: dict[str, Any], output: Path, quiet: bool) -> None:
    from impasto.api.wording import time_text

    steps, wanted = report["steps"], report["options"]["steps"]
    state = "finished" if report["finished"] else f"stopped at step {steps} of {wanted}; --resume goes on"
    say(f"{state} ({time_text(report['seconds'])}); the best weights are in {output}", quiet)
