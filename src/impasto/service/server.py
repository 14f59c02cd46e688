"""The server itself: a socket, uvicorn, and patience with slow clients that has an end."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.requests import ClientDisconnect
from uvicorn.protocols.http.h11_impl import H11Protocol

from impasto.core import RunError

from .options import ServiceOptions

HEADER_SECONDS = 10.0
"""How long a connection may take to say what it wants."""
MOST_CONNECTIONS = 512


class ImpatientProtocol(H11Protocol):
    """HTTP/1.1 that hangs up on clients who dribble their headers; uvicorn itself waits for ever."""

    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Start the clock with the connection."""
        super().connection_made(transport)
        self._start_clock()

    def _start_clock(self) -> None:
        self._patience = asyncio.get_running_loop().call_later(HEADER_SECONDS, self._hang_up)

    def handle_events(self) -> None:
        """Stop the clock once a whole head has been read."""
        before = self.cycle
        super().handle_events()
        if self.cycle is not before and self._patience is not None:
            self._patience.cancel()

    def on_response_complete(self) -> None:
        """The next request on the same connection has as long as the first."""
        super().on_response_complete()
        if self._patience is not None:
            self._patience.cancel()
        if not self.transport.is_closing():
            self._start_clock()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        if self._patience is not None:
            self._patience.cancel()
        super().connection_lost(exc)

    def _hang_up(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()


def listen(options: ServiceOptions) -> socket.socket:
    """A socket at the address asked for. Raises RunError where somebody else has it."""
    try:
        family = socket.getaddrinfo(options.host, options.port, type=socket.SOCK_STREAM)[0]
        found = socket.socket(family[0], socket.SOCK_STREAM)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(family[4])
        found.listen(128)
    except OSError as error:
        reason = error.strerror or str(error)
        raise RunError(f"{options.host}:{options.port}: cannot listen there ({reason}). Try another --port.") from None
    return found


def serve(
    app: Any,
    at: socket.socket,
    options: ServiceOptions,
    ready: Callable[[], None] = lambda: None,
    over: Callable[[], bool] = lambda: False,
) -> None:
    """Answer requests until Ctrl-C. ready: called once the server does; over: asked now and then whether to stop."""
    config = uvicorn.Config(
        app, http=ImpatientProtocol, ws="none", log_level=options.log_level, access_log=options.log_level == "info",
        server_header=False, timeout_keep_alive=5, limit_concurrency=MOST_CONNECTIONS, timeout_graceful_shutdown=1,
        lifespan="on", proxy_headers=True, forwarded_allow_ips="127.0.0.1",
    )  # fmt: skip
    logging.getLogger("uvicorn.error").addFilter(_NotTheEnd())
    server = _Server(config, ready, over)
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[at])
    if not server.started:
        raise RunError("the server could not start; the lines above say why.")


class _NotTheEnd(logging.Filter):
    """Leaves out what uvicorn says of clients who left, and of streams it cut off when it was told to stop: so they end."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        return (
            not isinstance(error, asyncio.CancelledError | ClientDisconnect)
            and "graceful shutdown exceeded" not in record.getMessage()
        )


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None], over: Callable[[], bool]) -> None:
        super().__init__(config)
        self._ready, self._over = ready, over

    async def on_tick(self, counter: int) -> bool:
        return self._over() or await super().on_tick(counter)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()
