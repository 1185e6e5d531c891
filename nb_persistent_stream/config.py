"""Settings, paths and URLs: the only place that derives them.

Every setting is an environment variable, so that a server and its kernels share it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

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
class Config:
    """The settings of one process.

    Attributes:
        store: the SQLite file (`NB_STREAM_STORE`; default `nb_persistent_stream/streams.db` under
            Jupyter's data directory).
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

    store: Path
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
        store=_store_path(environ),
        durability=cast("Durability", durability),
        model=environ.get("NB_STREAM_MODEL") or None,
        max_delay=_seconds(environ, "NB_STREAM_MAX_DELAY", 1.0),
        lease=_seconds(environ, "NB_STREAM_LEASE", 15.0),
        reuse=_reuse(environ),
        max_bytes=_bytes(environ, "NB_STREAM_MAX_BYTES", 64 * 1024 * 1024),
        first_timeout=_seconds(environ, "NB_STREAM_FIRST_TIMEOUT", 600.0),
        idle_timeout=_seconds(environ, "NB_STREAM_IDLE_TIMEOUT", 300.0),
    )


def _store_path(environ: Mapping[str, str]) -> Path:
    value = environ.get("NB_STREAM_STORE")
    if not value:
        return Path(jupyter_data_dir()) / "nb_persistent_stream" / "streams.db"
    if "://" in value:
        raise InvalidInput(
            f"NB_STREAM_STORE is {value!r}, but a store is a file. Set it to a path such as "
            "~/streams.db, or unset it for the default."
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
