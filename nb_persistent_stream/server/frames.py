"""Text frames of a WebSocket, for what many sockets are told.

tornado's `write_message` makes a task for each message of each socket, which costs more than all
else about it.
"""

from __future__ import annotations

import struct

from tornado.websocket import WebSocketClosedError, WebSocketHandler

_TEXT = 0x81  # a whole message, of text
_SIZE_16, _SIZE_64 = 126, 127  # the size follows, in so many bits


async def send_text(handler: WebSocketHandler, payload: bytes) -> None:
    """Send a text, not compressed (which an endpoint may do at any time: RFC 7692, section 6).

    Raises:
        WebSocketClosedError, StreamClosedError: the socket is closed.
    """
    connection = handler.ws_connection
    if connection is None or connection.is_closing() or connection.stream is None:
        raise WebSocketClosedError
    await connection.stream.write(_head(len(payload)) + payload)


def _head(size: int) -> bytes:
    """The begin of a frame: https://www.rfc-editor.org/rfc/rfc6455#section-5.2."""
    if size < _SIZE_16:
        return struct.pack("!BB", _TEXT, size)
    if size < 1 << 16:
        return struct.pack("!BBH", _TEXT, _SIZE_16, size)
    return struct.pack("!BBQ", _TEXT, _SIZE_64, size)
