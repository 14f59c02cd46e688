"""Everything that can be set about a server, declared once: flags, environment and documentation follow."""

from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_data_path
from pydantic import Field

from impasto.core import UI, BaseOptions, UsageError

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class ServiceOptions(BaseOptions):
    """How the service runs, and what it refuses."""

    host: str = "127.0.0.1"
    """Address to listen at; anything but this machine's own needs a token."""
    port: Annotated[int, Field(ge=0, le=65535)] = 7860
    """Port to listen at; 0 takes any free one."""
    folder: str | None = None
    """Where jobs and their pictures are kept; empty means the user's data folder."""
    database: str | None = None
    """Where the list of jobs is kept: postgresql://user:password@host/name; empty means a SQLite file in the folder."""
    token_file: str | None = None
    """File that holds the token clients must show; the variable IMPASTO_TOKEN does the same."""
    allowed_hosts: str | None = None
    """Names, separated by commas, under which clients may call the server beside its own address."""
    cors_origins: str | None = None
    """Web pages, separated by commas, that may call the API from a browser, as in https://example.org; empty means none."""
    workers: Annotated[int, Field(ge=1, le=64), UI(advanced=True)] = 1
    """Long jobs painted at the same time; quick ones have a worker of their own."""
    threads: Annotated[int | None, Field(ge=1, le=1024), UI(advanced=True)] = None
    """CPU threads of each worker; empty shares the cores out."""
    queue_limit: Annotated[int, Field(ge=1, le=100_000), UI(advanced=True)] = 200
    """Jobs that may wait or run; more are refused until some are done."""
    max_upload_mb: Annotated[float, Field(gt=0, le=512), UI(advanced=True)] = 64.0
    """Megabytes one request may carry."""
    max_megapixels: Annotated[float, Field(gt=0, le=200), UI(advanced=True)] = 50.0
    """Megapixels of the largest picture that is read; all pictures of a job together may have twice as many."""
    max_result_megapixels: Annotated[float, Field(gt=0, le=200), UI(advanced=True)] = 16.0
    """Megapixels of the largest picture that is painted."""
    max_film_seconds: Annotated[float, Field(gt=0, le=36_000), UI(advanced=True)] = 60.0
    """Seconds of film that one job may have painted."""
    max_film_megapixels: Annotated[float, Field(gt=0, le=1e6), UI(advanced=True)] = 400.0
    """Megapixels that the painted frames of one film may have together."""
    max_seconds: Annotated[float, Field(gt=0, le=1e6), UI(advanced=True)] = 3600.0
    """Seconds one job may take; the best picture so far is kept."""
    checkpoint_seconds: Annotated[float, Field(gt=0, le=86_400), UI(advanced=True)] = 20.0
    """Seconds of painting that a killed server may cost: so often a long job's state is written down."""
    upload_seconds: Annotated[float, Field(gt=0, le=3600), UI(advanced=True)] = 60.0
    """Seconds a request may take to arrive."""
    keep_hours: Annotated[float, Field(gt=0, le=1e5), UI(advanced=True)] = 72.0
    """Hours a finished job is kept."""
    max_disk_gb: Annotated[float, Field(gt=0, le=1e5), UI(advanced=True)] = 4.0
    """Gigabytes that jobs may take on disk; the oldest finished ones go first."""
    log_level: Annotated[Literal["error", "warning", "info"], UI(advanced=True)] = "warning"
    """What the server writes to stderr; info adds a line for every request."""

    @property
    def home(self) -> Path:
        """The folder jobs live in."""
        return Path(self.folder) if self.folder else user_data_path("impasto") / "studio"

    @property
    def local(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in LOOPBACK

    @property
    def hosts(self) -> tuple[str, ...]:
        """Names that may stand in a request's Host; none where every name may."""
        named = _words(self.allowed_hosts)
        if named:
            return (*named, *LOOPBACK)
        return LOOPBACK if self.local else ()

    @property
    def origins(self) -> tuple[str, ...]:
        """Pages of other sites that may call the API."""
        return _words(self.cors_origins)

    def limits(self) -> "Limits":
        """What workers have to hold."""
        return Limits(
            pixels=int(self.max_megapixels * 1e6),
            result_pixels=int(self.max_result_megapixels * 1e6),
            seconds=self.max_seconds,
            film_seconds=self.max_film_seconds,
            film_pixels=int(self.max_film_megapixels * 1e6),
        )


class Limits(BaseOptions):
    """Bounds of one job, handed to the processes that hold them."""

    pixels: int
    """Of one picture that is read."""
    result_pixels: int
    """Of the picture that is painted."""
    seconds: float
    """Of painting."""
    film_seconds: float
    """Of a film, as it plays."""
    film_pixels: int
    """Of all the painted frames of a film."""


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in (text or "").split(",") if word.strip())


def read_token(options: ServiceOptions, environment: str | None) -> str | None:
    """The token clients must show, from its file or the environment. Raises UsageError for one that protects nothing."""
    token = environment
    if options.token_file:
        try:
            token = Path(options.token_file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"token_file: {options.token_file} cannot be read ({error}).") from None
    if token is None or token == "":
        return None
    if len(token) < 16 or not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError("token: it needs at least 16 printable ASCII characters and no space.")
    return token
