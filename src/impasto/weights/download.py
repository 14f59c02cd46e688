"""Fetches a weight file from its pinned addresses: streamed, limited to its known size, verified before it has a name."""

import hashlib
import http.client
import os
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from impasto._version import __version__
from impasto.core import RunError
from impasto.core.caches import temporary

from .manifest import WeightFile

TIMEOUT_SECONDS = 30  # without a byte, not for the whole file
_CHUNK_BYTES = 1 << 20
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def download(entry: WeightFile, target: Path) -> None:
    """Write the entry's published file to `target`, trying its addresses in order.

    Raises RunError with one line naming the last address and what was wrong with it; then `target` is untouched.
    OSError when `target` cannot be written.
    """
    problem = "it has no address"
    for url in entry.urls:
        scratch = temporary(target)
        try:
            _fetch(url, scratch, entry)
            scratch.replace(target)
            return
        except _Refused as refused:
            problem = f"{url}: {refused}"
        finally:
            scratch.unlink(missing_ok=True)
    raise RunError(f"weights '{entry.name}' could not be downloaded: {problem}")


class _Refused(Exception):
    """Why one address did not do."""


class _HttpsRedirects(urllib.request.HTTPRedirectHandler):
    """Follows a redirect only to where we would have gone ourselves."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        _check_address(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _check_address(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise _Refused(f"'{parts.scheme}' is not allowed, only https")


def _fetch(url: str, scratch: Path, entry: WeightFile) -> None:
    """Stream one address to `scratch`. Trouble on the network is _Refused, trouble on the disk stays OSError."""
    _check_address(url)
    request = urllib.request.Request(url, headers={"User-Agent": f"impasto/{__version__}"})
    digest, size = hashlib.sha256(), 0
    with scratch.open("xb") as file:
        try:
            response = urllib.request.build_opener(_HttpsRedirects).open(request, timeout=TIMEOUT_SECONDS)
        except urllib.error.HTTPError as error:
            error.close()
            raise _Refused(f"the server answered {error.code} {error.reason}") from None
        except (OSError, http.client.HTTPException) as error:
            raise _Refused(_reason(error)) from None
        with response:
            while chunk := _next_chunk(response):
                size += len(chunk)
                if size > entry.size_bytes:
                    raise _Refused(f"more than the {entry.size_bytes:,} bytes expected")
                digest.update(chunk)
                file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    if size < entry.size_bytes:
        raise _Refused(f"broken off after {size:,} of {entry.size_bytes:,} bytes")
    if digest.hexdigest() != entry.sha256:
        raise _Refused(f"sha256 {digest.hexdigest()[:12]}... is not the pinned {entry.sha256[:12]}...")


def _next_chunk(response: Any) -> bytes:
    try:
        return response.read(_CHUNK_BYTES)
    except (OSError, http.client.HTTPException) as error:
        raise _Refused(_reason(error)) from None


def _reason(error: BaseException) -> str:
    inner = getattr(error, "reason", None) or error
    return (
        f"no answer ({inner or type(inner).__name__})" if not isinstance(inner, TimeoutError) else "no answer in time"
    )
