"""What goes wrong, in one line a person can act on.

The command line prints the message and exits with `exit_code`; the service turns the class into a status.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class ImpastoError(Exception):
    """Anything impasto reports on purpose. The message is one line: what, why, and the nearest valid choice."""

    exit_code = 1


class UsageError(ImpastoError):
    """The call was wrong: an option, a name, a size. Nothing was written."""

    exit_code = 2


class InputError(UsageError):
    """A picture or file cannot be used as it is: missing, truncated, of the wrong kind, too large."""


class RunError(ImpastoError):
    """The call was right and the run failed: no memory, no space, no weights."""


class Cancelled(ImpastoError):
    """The run was stopped before there was any picture to keep."""

    exit_code = 130


def unknown(kind: str, name: str, choices: Iterable[str], hint: str = "") -> UsageError:
    """The error for a name that does not exist, with the nearest one that does."""
    close = get_close_matches(name, list(choices), n=1, cutoff=0.5)
    meant = f" Did you mean '{close[0]}'?" if close else ""
    return UsageError(f"no {kind} '{name}'.{meant}{' ' + hint if hint else ''}")
