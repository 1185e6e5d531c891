"""Language-model text that streams into a notebook cell and cannot be lost.

from nb_persistent_stream import stream, watch, get, create
s = stream("Explain WAL mode")

"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .errors import PersistentStreamError, StreamCancelled, StreamFailed
    from .kernel.api import create, get, stream, watch
    from .kernel.handle import Stream
    from .kernel.stream_writer import StreamWriter
    from .protocol import Delta

__version__ = "0.1.0"

__all__ = [
    "Delta",
    "PersistentStreamError",
    "Stream",
    "StreamCancelled",
    "StreamFailed",
    "StreamWriter",
    "create",
    "get",
    "stream",
    "watch",
]

# Each public name and its room, imported when it is first used: a server never loads widgets, and
# an import of the package costs next to nothing.
_ROOMS = {
    "Delta": ".protocol",
    "PersistentStreamError": ".errors",
    "Stream": ".kernel.handle",
    "StreamCancelled": ".errors",
    "StreamFailed": ".errors",
    "StreamWriter": ".kernel.stream_writer",
    "create": ".kernel.api",
    "get": ".kernel.api",
    "stream": ".kernel.api",
    "watch": ".kernel.api",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_ROOMS[name], __name__), name)


def __dir__() -> list[str]:
    return sorted(__all__)


def load_ipython_extension(ipython: Any) -> None:
    """`%load_ext nb_persistent_stream`: the magics `%%stream` and `%stream`."""
    from .kernel.magics import StreamMagics  # noqa: PLC0415  (IPython is there, when it asks)

    ipython.register_magics(StreamMagics)


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "nb-persistent-stream"}]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    from .server.extension import StreamExtension  # noqa: PLC0415  (a kernel never loads it)

    return [{"module": "nb_persistent_stream", "app": StreamExtension}]
