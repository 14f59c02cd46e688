"""`impasto studio`: the web studio and the REST API behind it."""

import gc
import os
import secrets
from functools import partial
from typing import Any

import click

from impasto.core import UsageError, parse_options

from .commands import Command, option
from .flags import ADVANCED, flags, given, named_as_flags
from .progress import say

_EXTRA = "'pip install impasto[studio]' brings it"


class _StudioCommand(Command):
    """A command whose flags are the options of the service."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """The command's own flags, and the service's, the advanced ones last."""
        from impasto.service.options import ServiceOptions

        own: list[Any] = super().get_params(ctx)
        made = flags(ServiceOptions, "The server")
        return [*own[:-1], *sorted(made, key=_advanced), own[-1]]


def _advanced(flag: Any) -> bool:
    return flag.section == ADVANCED


@click.command(
    cls=_StudioCommand,
    section="Make pictures",
    short_help="The web studio and the REST API, on this machine.",
    epilog="Open the address it prints. Reached from elsewhere (--host) it asks for a token: the one in IMPASTO_TOKEN or "
    "--token-file, or one made up for this run. The API is at /v1, its document at /v1/openapi.json. Ctrl-C ends it; "
    "jobs that have not finished go on the next time.",
)
@option("--api-only", is_flag=True, help="The REST API without the page.")
@option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
def studio(api_only: bool, quiet: bool, **values: Any) -> None:
    """Open the studio in a browser: drop a photo, pick a painting."""
    from impasto.service.options import ServiceOptions, read_token

    with named_as_flags(ServiceOptions):
        options = parse_options(ServiceOptions, given(values, ServiceOptions))
        token = read_token(options, os.environ.get("IMPASTO_TOKEN"))
    _check_extra(api_only)
    if token is None and not options.local:
        token = secrets.token_urlsafe(24)
    from impasto.service.desk import Desk
    from impasto.service.server import listen, serve
    from impasto.service.web import address

    at = listen(options)
    with at:
        desk = Desk(options)
        desk.open(soon=options.database is None)
        try:
            # Hundreds of thousands of objects come with the libraries and stay; looking through them for garbage costs time.
            gc.disable()
            app = _application(api_only, desk, token)
            gc.freeze()
            gc.enable()
            where = address(options, at.getsockname()[1], token)
            ready = partial(say, f"impasto studio: {where}  (Ctrl-C ends it)", quiet)
            serve(app, at, options, ready, lambda: desk.failure is not None)
            if desk.failure is not None:
                raise desk.failure
        finally:
            desk.close()


def _check_extra(api_only: bool) -> None:
    from importlib.util import find_spec

    needed = ["dbos", "fastapi", "uvicorn", "python_multipart"] + ([] if api_only else ["gradio"])
    missing = [name for name in needed if find_spec(name) is None]
    if missing:
        raise UsageError(f"the studio needs {missing[0].replace('_', '-')}, which is not installed; {_EXTRA}.")


def _application(api_only: bool, desk: Any, token: str | None) -> Any:
    if api_only:
        from impasto.service.web import guarded, make_app

        return guarded(make_app(desk), desk.options, token)
    from impasto.studio.app import make_studio

    return make_studio(desk, token)
