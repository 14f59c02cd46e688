"""Every failure as one line and an exit code; nobody is shown a traceback."""

import errno

import click

from impasto.core import ImpastoError, unknown


class Aborted(BaseException):
    """Stopped for the second time: leave at once and write nothing. Not an Exception, so that no method swallows it."""


def exit_code_and_line(error: BaseException) -> tuple[int, str]:
    """Exit code and the line for people: 2 for wrong use, 1 for a failed run, 130 when interrupted."""
    code, message = _describe(error)
    return code, f"impasto: {' '.join(message.split())}"


def _describe(error: BaseException) -> tuple[int, str]:
    match error:
        case ImpastoError():
            return error.exit_code, str(error)
        case click.ClickException():
            return error.exit_code, _usage(error)
        case Aborted() | KeyboardInterrupt() | click.Abort():
            return 130, "interrupted. Nothing was written."
        case MemoryError():
            return 1, "out of memory. Try a smaller size."
        case OSError():
            what = f"{error.filename}: " if error.filename else ""
            reason = "the disk is full" if error.errno == errno.ENOSPC else (error.strerror or str(error))
            return 1, f"{what}{reason}."
        case _:
            return 1, f"unexpected {type(error).__name__}: {error} (IMPASTO_DEBUG=1 shows where)"


def _usage(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "impasto"
    hint = f"'{command} --help' lists them all."
    if isinstance(error, click.NoSuchOption):
        return str(unknown("option", error.option_name, _flags(context), hint))
    if isinstance(error, click.BadParameter) and not isinstance(error, click.MissingParameter):
        name = error.param.opts[-1] if error.param else "option"
        return f"{name}: {_lower(error.message)}"
    return f"{_lower(error.format_message())} See '{command} --help'."


def _flags(context: click.Context | None) -> list[str]:
    params = context.command.get_params(context) if context else []
    return [flag for param in params for flag in (*param.opts, *param.secondary_opts) if flag.startswith("--")]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:] if not text[:2].isupper() else text
