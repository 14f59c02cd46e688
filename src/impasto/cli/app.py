"""The `impasto` command: its subcommands, its default one, and how it ends."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from impasto._version import __version__
from impasto.core import unknown

from .commands import Command, HelpContext
from .compare import compare
from .doctor import doctor
from .evaluate import evaluate
from .export import export
from .failures import Aborted, exit_code_and_line
from .guides import guides
from .methods import methods
from .output import drop_stdout
from .studio import studio
from .stylize import stylize
from .train import train
from .video import video
from .zoo import style, zoo

_DEFAULT = "stylize"


class Impasto(click.Group):
    """The group: pictures without a command mean the default command; every failure is one line."""

    context_class = HelpContext

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default command in front of arguments that name none."""
        first = args[0] if args else "--help"
        own = {flag for param in self.get_params(ctx) for flag in param.opts}
        if first not in self.commands and first not in own:
            self._refuse_misspelt(first)
            args = [_DEFAULT, *args]
        return super().parse_args(ctx, args or ["--help"])

    def _refuse_misspelt(self, word: str) -> None:
        # A bare word that is no file is a command gone wrong rather than a picture.
        if word.startswith("-") or Path(word).suffix or Path(word).exists():
            return
        error = unknown("command or picture", word, self.commands, "'impasto --help' lists the commands.")
        if "Did you mean" in str(error):
            raise error

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Show the main job before the commands."""
        formatter.write_usage("impasto", "PHOTO PAINTING... [-o OUT]")
        formatter.write_usage("impasto", "COMMAND ...", prefix="       ")

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands under the headings they were declared with."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for name, command in self.commands.items():
            row = (name, command.get_short_help_str(limit=80))
            sections.setdefault(getattr(command, "section", "Commands"), []).append(row)
        for heading, rows in sections.items():
            with formatter.section(heading):
                formatter.write_dl(rows)

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        """Run the command line and exit: 0 done, 1 failed, 2 wrong use, 130 interrupted."""
        extra["standalone_mode"] = False
        # Idle OpenMP threads that spin cost a busy machine up to eight times the run, and an idle one nothing.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        try:
            code = super().main(args, prog_name or "impasto", **extra)
        except BrokenPipeError:
            drop_stdout()  # whoever read our output has seen enough
            sys.exit(1)
        except (Exception, KeyboardInterrupt, Aborted) as error:
            if os.environ.get("IMPASTO_DEBUG", "0") not in ("", "0"):
                raise
            code, line = exit_code_and_line(error)
            click.echo(line, err=True)
        sys.exit(code if isinstance(code, int) else 0)


@click.group(
    "impasto",
    cls=Impasto,
    help="Pictures in the style of other pictures.",
    epilog="'impasto COMMAND --help' tells the rest. Messages go to stderr, results to stdout; "
    "exit codes: 0 done, 1 failed, 2 wrong use, 130 interrupted.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, message="impasto %(version)s", help="Show the version and exit.")
def main() -> None:
    """Run the command line."""


for _command in (stylize, video, compare, guides, studio, train, style, export, methods, zoo, evaluate, doctor):
    assert isinstance(_command, Command | click.Group)
    main.add_command(_command)
