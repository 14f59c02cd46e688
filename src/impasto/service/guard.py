"""What every request passes before any route sees it: host, origin, token, size and time of its body; then the headers.

Written against ASGI alone, so that it holds for the studio's pages and streams as well as for the API.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any, NoReturn
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException

from .documents import problem

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

COOKIE = "impasto"
LOGIN = "/login"
OPEN = ("/v1/health", LOGIN)
"""Paths that need no token: probes have none, and who signs in has not shown it yet."""

HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
}
# Gradio's pages carry scripts of their own within them and compile templates; nothing may come from elsewhere.
PAGES_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' data: blob:; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
API_POLICY = "default-src 'none'; frame-ancestors 'none'"


class _Refused(HTTPException):
    """A request that may not go on. Also raised from within the application, which then answers it itself."""


def session(token: str) -> str:
    """What the cookie of a browser holds that has shown the token: not the token itself."""
    return hmac.new(token.encode(), b"impasto studio session", hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two secrets are equal, in a time that tells nothing of either."""
    return hmac.compare_digest(hashlib.sha256(one.encode()).digest(), hashlib.sha256(other.encode()).digest())


class Guard:
    """Wraps an application; see the module."""

    def __init__(
        self,
        app: App,
        *,
        hosts: tuple[str, ...] = (),
        origins: tuple[str, ...] = (),
        token: str | None = None,
        max_bytes: int = 64 * 10**6,
        seconds: float = 60.0,
        closed: tuple[str, ...] = (),
    ) -> None:
        """hosts: names that may stand in Host, none for all. origins: pages of other sites that may call. closed: paths
        (beginnings) that are answered with 404 whatever stands behind them.
        """
        self.app, self.hosts, self.origins, self.token = app, hosts, origins, token
        self.max_bytes, self.seconds, self.closed = max_bytes, seconds, closed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})  # nothing here speaks it
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
        path: str = scope["path"]
        origin = headers.get("origin")
        allowed = origin if origin in self.origins else None
        started = False

        async def sealed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message = {**message, "headers": _sealed(message.get("headers", ()), path, allowed)}
            await send(message)

        try:
            self._admit(scope["method"], path, headers)
            if scope["method"] == "OPTIONS" and allowed:
                await _answer(sealed, 204, b"", _preflight())
                return
            await self.app(scope, self._bounded(receive), sealed)
        except _Refused as refusal:
            if not started:
                body, kind = problem(refusal.detail)
                await _answer(
                    sealed,
                    refusal.status_code,
                    body,
                    {"content-type": kind, "connection": "close", **(refusal.headers or {})},
                )

    def _admit(self, method: str, path: str, headers: dict[str, str]) -> None:
        """Refuse what may not come in. Raises _Refused."""
        host = _hostname(headers.get("host", ""))
        if self.hosts and host not in self.hosts:
            # A page elsewhere can have its own name point here, and would otherwise be taken for ours.
            raise _Refused(421, "this server does not answer to that name; see --allowed-hosts.")
        origin = headers.get("origin")
        if origin is not None and origin not in self.origins and not _own(origin, headers.get("host", "")):
            raise _Refused(403, "pages of other sites may not call this server; see --cors-origins.")
        if any(path.startswith(start) for start in self.closed):
            raise _Refused(404, "not found.")
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > self.max_bytes:
            raise _Refused(413, f"more than {self.max_bytes / 1e6:g} MB, which is the limit.")
        if self.token is not None and path not in OPEN and method != "OPTIONS" and not self._known(headers):
            if path == "/" and "text/html" in headers.get("accept", ""):
                raise _Refused(303, "sign in first.", {"location": LOGIN})
            raise _Refused(401, "a token is needed: Authorization: Bearer ...", {"www-authenticate": "Bearer"})

    def _known(self, headers: dict[str, str]) -> bool:
        assert self.token is not None
        scheme, _, shown = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and same(shown.strip(), self.token):
            return True
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        except CookieError:
            return False
        return cookie is not None and same(cookie.value, session(self.token))

    def _bounded(self, receive: Receive) -> Receive:
        """The request's body, which may be neither too large nor too slow, whatever its length was said to be."""
        count, over = 0, False
        deadline = asyncio.get_running_loop().time() + self.seconds

        async def bounded() -> Message:
            nonlocal count, over
            if over:
                return await receive()  # only the end of the connection is left to wait for
            left = deadline - asyncio.get_running_loop().time()
            try:
                message = await asyncio.wait_for(receive(), max(0.0, left))
            except TimeoutError:
                _slow(self.seconds)
            if message["type"] == "http.request":
                count += len(message.get("body", b""))
                if count > self.max_bytes:
                    raise _Refused(413, f"more than {self.max_bytes / 1e6:g} MB, which is the limit.")
                over = not message.get("more_body", False)
            return message

        return bounded


def _slow(seconds: float) -> NoReturn:
    raise _Refused(408, f"the request took longer than {seconds:g} seconds to arrive.") from None


def _hostname(host: str) -> str:
    """The name in a Host header, without its port."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _own(origin: str, host: str) -> bool:
    """Whether a page of that origin came from this very server, under the name it is called by now."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower()


def _sealed(headers: Any, path: str, origin: str | None) -> list[tuple[bytes, bytes]]:
    """A response's headers with those that every response carries."""
    extra = dict(HEADERS)
    extra["content-security-policy"] = API_POLICY if path.startswith("/v1/") else PAGES_POLICY
    if path.startswith("/v1/"):
        extra["cache-control"] = "private, no-store"
    if origin is not None:
        extra |= {
            "access-control-allow-origin": origin,
            "vary": "Origin",
            "cross-origin-resource-policy": "cross-origin",
        }
    kept = [
        (key, value)
        for key, value in headers
        if key.decode("latin-1").lower()
        not in {*extra, "server", "access-control-allow-origin", "access-control-allow-credentials"}
    ]
    given = {key.lower() for key, _ in headers}
    if b"x-impasto-cache" in given:  # a picture that never changes says so itself
        extra["cache-control"] = "private, max-age=86400, immutable"
    return [*kept, *((key.encode(), value.encode()) for key, value in extra.items())]


def _preflight() -> dict[str, str]:
    return {
        "access-control-allow-methods": "GET, POST, DELETE",
        "access-control-allow-headers": "authorization, content-type, idempotency-key",
        "access-control-max-age": "600",
    }


async def _answer(send: Send, status: int, body: bytes, headers: dict[str, str]) -> None:
    raw = [(key.encode(), value.encode()) for key, value in {**headers, "content-length": str(len(body))}.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
