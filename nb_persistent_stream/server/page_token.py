"""A page's token, on its way to the live socket.

A browser can send a WebSocket no header of its own, and a URL would be written into the logs of
every proxy. The list of subprotocols is a header that it can send, so the token travels there.
"""

from __future__ import annotations

import base64
import binascii

from tornado.httputil import HTTPHeaders

# What is spoken on the socket, and what a token's subprotocol begins with.
PROTOCOL = "nb-persistent-stream.v1"
_TOKEN = "nb-persistent-stream.token."  # noqa: S105
_HEADER = "Sec-WebSocket-Protocol"


def take_token(headers: HTTPHeaders) -> None:
    """Put the token of the subprotocols where every other client puts it."""
    offered = [name.strip() for name in headers.get(_HEADER, "").split(",")]
    tokens = [name.removeprefix(_TOKEN) for name in offered if name.startswith(_TOKEN)]
    if not tokens:
        return
    headers[_HEADER] = ", ".join(name for name in offered if not name.startswith(_TOKEN))
    try:
        token = base64.urlsafe_b64decode(tokens[0] + "=" * (-len(tokens[0]) % 4)).decode()
    except (binascii.Error, ValueError):
        return
    if token.isprintable() and not headers.get("Authorization"):
        headers["Authorization"] = f"token {token}"
