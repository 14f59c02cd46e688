"""Commands whose help is grouped under headings, and whose flags can come from declarations."""

from typing import Any

import click


class HelpFormatter(click.HelpFormatter):
    """Bold headings; click strips the emphasis where the output is no terminal."""

    def write_heading(self, heading: str) -> None:
        """Write a section's heading."""
        self.write(f"{'':>{self.current_indent}}{click.style(heading, bold=True)}\n")


class HelpContext(click.Context):
    """A context whose help pages are set wide enough for whole sentences."""

    formatter_class = HelpFormatter

    def __init__(self, *args: Any, **extra: Any) -> None:
        """Take what click gives, and wider pages."""
        extra.setdefault("max_content_width", 100)
        super().__init__(*args, **extra)


class Option(click.Option):
    """A flag that stands under a heading of the help page."""

    def __init__(self, *args: Any, section: str = "Options", **extra: Any) -> None:
        """section: the heading."""
        self.section = section
        super().__init__(*args, **extra)


class Command(click.Command):
    """A command that stands under a heading of `impasto --help` and groups its own flags."""

    context_class = HelpContext

    def __init__(self, *args: Any, section: str = "Commands", **extra: Any) -> None:
        """section: the heading in the list of commands."""
        self.section = section
        super().__init__(*args, **extra)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the flags, heading by heading, in order of declaration."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            if isinstance(param, click.Option) and (record := param.get_help_record(ctx)) is not None:
                sections.setdefault(getattr(param, "section", "Help"), []).append(record)
        for heading, rows in sections.items():
            with formatter.section(heading):
                formatter.write_dl(rows, col_max=34)


def option(*declarations: str, section: str = "Options", **extra: Any) -> Any:
    """Decorate a command with a flag under a heading."""
    return click.option(*declarations, cls=Option, section=section, **extra)
