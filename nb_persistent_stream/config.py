"""Settings, paths and URLs: the only place that derives them.

Every setting is an environment variable, so that a server and its kernels share it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast
from urllib.parse import urlsplit

from jupyter_core.paths import jupyter_data_dir

from .errors import InvalidInput

MIME_TYPE = "application/vnd.nb-persistent-stream.v1+json"
URL_ROOT = "nb-persistent-stream/v1"
STATIC_DIR = Path(__file__).parent / "static"
DEFAULT_MODEL = "gpt-5-mini"
_LONGEST = 3600.0

Durability = Literal["full", "normal"]
# Which streams may answer in place of a new one: none, any that asked the same, or this cell's.
Reuse = bool | Literal["cell"]
_REUSE: Mapping[str, Reuse] = {
    "": False, "0": False, "off": False, "false": False, "no": False,
    "1": True, "on": True, "true": True, "yes": True, "cell": "cell",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ServerUrl:
    """The address of a Jupyter server that keeps streams, without a slash at its end."""

    url: str
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of one process.

    Attributes:
        store: the SQLite file, or the Jupyter server that has it (`NB_STREAM_STORE`; default
            `nb_persistent_stream/streams.db` under Jupyter's data directory; a server's token is in
            `NB_STREAM_TOKEN`).
        durability: `full` survives a power loss; `normal` survives a crash of the process only and
            commits faster (`NB_STREAM_DURABILITY`).
        model: the model when a call names none (`NB_STREAM_MODEL`).
        max_delay: the longest that text waits for a chunk's boundary, in seconds
            (`NB_STREAM_MAX_DELAY`).
        lease: how long a driver may be silent before it counts as gone, in seconds
            (`NB_STREAM_LEASE`).
        reuse: what a prompt that was asked before gets where a call does not say
            (`NB_STREAM_REUSE`: `off`, `on`, or `cell`; see `stream()`).
        max_bytes: the longest body that a source may say, in bytes (`NB_STREAM_MAX_BYTES`).
        first_timeout: the longest wait for a model's first delta, in seconds
            (`NB_STREAM_FIRST_TIMEOUT`); reasoning models think for minutes before they speak.
        idle_timeout: the longest silence of a model after that (`NB_STREAM_IDLE_TIMEOUT`).
    """

    store: Path | ServerUrl
    durability: Durability = "full"
    model: str | None = None
    max_delay: float = 1.0
    lease: float = 15.0
    reuse: Reuse = False
    max_bytes: int = 64 * 1024 * 1024
    first_timeout: float = 600.0
    idle_timeout: float = 300.0

    @property
    def beat_interval(self) -> float:
        """How often a driver says that it lives, in seconds: five times in a lease."""
        return self.lease / 5

    @property
    def file(self) -> Path:
        """The store's file.

        Raises:
            InvalidInput: the streams are kept by a server.
        """
        if isinstance(self.store, Path):
            return self.store
        raise InvalidInput(
            f"NB_STREAM_STORE is {self.store.url!r}, but a server keeps its streams in a file. Set "
            "it to a path, or unset it, for this server; the URL is for kernels and programs."
        )


def load(environ: Mapping[str, str] = os.environ) -> Config:
    """Read the settings.

    Raises:
        InvalidInput: a variable holds something that it can't; the message names it.
    """
    durability = environ.get("NB_STREAM_DURABILITY", "full").lower()
    if durability not in ("full", "normal"):
        raise InvalidInput(
            f"NB_STREAM_DURABILITY is {durability!r}. Set it to 'full' (survives a power loss) or "
            "'normal' (faster, survives a crash of the process)."
        )
    return Config(
        store=_store(environ),
        durability=cast("Durability", durability),
        model=environ.get("NB_STREAM_MODEL") or None,
        max_delay=_seconds(environ, "NB_STREAM_MAX_DELAY", 1.0),
        lease=_seconds(environ, "NB_STREAM_LEASE", 15.0),
        reuse=_reuse(environ),
        max_bytes=_bytes(environ, "NB_STREAM_MAX_BYTES", 64 * 1024 * 1024),
        first_timeout=_seconds(environ, "NB_STREAM_FIRST_TIMEOUT", 600.0),
        idle_timeout=_seconds(environ, "NB_STREAM_IDLE_TIMEOUT", 300.0),
    )


def _store(environ: Mapping[str, str]) -> Path | ServerUrl:
    value = environ.get("NB_STREAM_STORE")
    if not value:
        return Path(jupyter_data_dir()) / "nb_persistent_stream" / "streams.db"
    if value.lower().startswith(("http://", "https://")):
        return ServerUrl(_server_url(value), _token(environ))
    if "://" in value:
        raise InvalidInput(
            f"NB_STREAM_STORE is {value!r}, but a store is a file or a Jupyter server. Set it to a "
            "path such as ~/streams.db, to a server's URL, or unset it for the default."
        )
    return Path(value).expanduser().absolute()


def _reuse(environ: Mapping[str, str]) -> Reuse:
    value = environ.get("NB_STREAM_REUSE", "")
    if value.lower() not in _REUSE:
        raise InvalidInput(
            f"NB_STREAM_REUSE is {value!r}. Set it to 'on' (an answer that is stored is shown "
            "again), 'cell' (only the same cell's) or 'off'."
        )
    return _REUSE[value.lower()]


def _server_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        is_plain = parts.hostname and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        is_plain = False
    if not is_plain or parts.query or parts.fragment:  # which may hold a secret: it is not said
        raise InvalidInput(
            "NB_STREAM_STORE is not a server's plain URL. Set it to one such as "
            "https://hub.example/user/alice, without a token, and NB_STREAM_TOKEN to the token."
        )
    return value.rstrip("/").removesuffix(URL_ROOT).rstrip("/")


def _token(environ: Mapping[str, str]) -> str | None:
    token = environ.get("NB_STREAM_TOKEN", "").strip()
    if not token.isascii() or not token.isprintable():
        raise InvalidInput(
            "NB_STREAM_TOKEN has characters that no token has. Set it to the server's token as "
            "`jupyter server list` shows it."
        )
    return token or None


def _seconds(environ: Mapping[str, str], name: str, default: float) -> float:
    value = environ.get(name)
    if not value:
        return default
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds < _LONGEST:
        raise InvalidInput(f"{name} is {value!r}. Set it to seconds, more than 0 and under 3600.")
    return seconds


def _bytes(environ: Mapping[str, str], name: str, default: int) -> int:
    value = environ.get(name) or str(default)
    if not (value.isdecimal() and int(value) > 0):
        raise InvalidInput(f"{name} is {value!r}. Set it to a number of bytes, such as 1000000.")
    return int(value)
