"""Jupyter's sockets to kernels, by which the driving cell's page is told what is said."""

from __future__ import annotations

from typing import Any

# The tornado setting under which Jupyter's handler finds what connects a socket to its kernel.
CONNECTION_CLASS = "kernel_websocket_connection_class"


def prompt(connection_class: Any) -> Any:
    """The same class, whose sockets send each message at once.

    Else a small message waits until the page has acknowledged the one before (Nagle's algorithm),
    and a system puts that off for up to 40 ms: https://www.rfc-editor.org/rfc/rfc9293#section-3.7.4
    """

    class PromptConnection(connection_class):  # type: ignore[misc]  # the user's choice, a setting
        def connect(self) -> Any:
            # Not before: tornado takes it back when the socket's handshake ends.
            self.websocket_handler.set_nodelay(True)
            return super().connect()

    return PromptConnection
