"""The live socket: one a page, many subscriptions, each to a stream or to a list of them."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing, suppress
from datetime import datetime, timezone
from typing import Any

import msgspec
from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import ws_authenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado import web
from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from ..errors import InvalidInput, PersistentStreamError
from ..ids import check_id
from ..protocol import BROKEN_OFF, StreamInfo
from ..store import SqliteStore
from ..wire import deltas_message, error_message, state_message
from .crowd import CONNECTIONS, SUBSCRIPTIONS, Crowd
from .frames import send_text
from .handlers import AUTH_RESOURCE
from .lists import list_messages
from .notebooks import Root
from .page_token import PROTOCOL, take_token
from .replies import JsonReplies, error_type
from .shelf import SHELF, Shelf
from .subscriptions import Subscriptions
from .throttle import Throttle

Tell = Callable[..., Awaitable[None]]

# In bytes; the longest request of a page is a search in a notebook with a long path.
_LONGEST_REQUEST = 64 * 1024
# Requests a second, and at once: a page of a thousand views, and one that is scrolled fast.
_RATE, _BURST = 200, 2000
# Seconds between two looks at a stream that broke off and may be taken up.
_LOOK = 1.0
_KINDS = ("subscribe", "list", "unsubscribe", "ping")
# Jupyter takes every setting of such a name for a sign of life. Text that flows is one; a socket
# that is open is none.
_ACTIVITY = "nb_persistent_stream_last_activity"


class LiveHandler(JsonReplies, WebSocketMixin, WebSocketHandler, JupyterHandler):
    """Serves one page. A slow page slows only itself: each subscription waits for the socket."""

    auth_resource = AUTH_RESOURCE
    max_message_size = _LONGEST_REQUEST
    _subscriptions: Subscriptions | None = None

    async def prepare(self) -> None:  # type: ignore[override]
        """Take the page's token from where a browser can put it."""
        take_token(self.request.headers)
        await super().prepare()

    @ws_authenticated
    async def get(self, *args: Any, **kwargs: Any) -> None:
        """Open the socket, for those who may read."""
        allowed = await ensure_async(
            self.authorizer.is_authorized(self, self.current_user, "read", AUTH_RESOURCE)
        )
        if not allowed:
            raise web.HTTPError(403)
        if self.request.headers.get("Upgrade", "").lower() != "websocket":
            raise web.HTTPError(426, "This is a WebSocket, and was asked for as a page. Open one.")
        self._crowd.check()
        await super().get(*args, **kwargs)

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """Speak what the page offers; one that offers nothing is answered all the same."""
        return PROTOCOL if PROTOCOL in subprotocols else None

    def open(self, *args: Any, **kwargs: Any) -> None:
        """Begin without subscriptions."""
        super().open(*args, **kwargs)
        self.set_nodelay(True)  # a delta must not wait for the acknowledgement of the one before
        self._crowd.enter()
        self._subscriptions = Subscriptions(self.settings[SUBSCRIPTIONS])
        self._throttle = Throttle(_RATE, _BURST)

    async def on_message(self, message: str | bytes) -> None:
        """Take a request in; the next one is read after this one's turn."""
        if wait := self._throttle.wait():
            await asyncio.sleep(wait)
        try:
            request = json.loads(message)
            sub = request["sub"]
            if not isinstance(sub, int) or request["type"] not in _KINDS:
                raise ValueError(sub)
        except (ValueError, TypeError, KeyError, RecursionError):
            self.close(1003, "not a request of this protocol")
            return
        if self.ws_connection is not None:
            with suppress(WebSocketClosedError):  # `on_close` follows, and ends the others
                await self._obey(request["type"], sub, request)

    def on_close(self) -> None:
        """End all subscriptions."""
        super().on_close()
        if self.ping_callback is not None:
            self.ping_callback.stop()  # it would hold this handler until the next ping
        if self._subscriptions is not None:
            self._subscriptions.stop_all()
            self._crowd.leave()

    def get_compression_options(self) -> dict[str, Any] | None:
        """Compress where Jupyter's own sockets do: it takes over 150 KB for each page."""
        return self.settings.get("websocket_compression_options")

    @property
    def _crowd(self) -> Crowd:
        crowd: Crowd = self.settings[CONNECTIONS]
        return crowd

    async def _obey(self, kind: str, sub: int, request: Mapping[str, Any]) -> None:
        assert self._subscriptions is not None  # noqa: S101  (told to the type checker)
        if kind == "ping":
            await self._send(sub, {"type": "pong"})
            return
        self._subscriptions.stop(sub)
        if kind == "unsubscribe":
            return
        is_list = kind == "list"
        if hindrance := self._subscriptions.hindrance(is_list=is_list):
            await self._send(sub, error_message("invalid-input", hindrance))
            return
        # A page stays for hours, and thousands may: of its request no more is kept than this.
        asked = (request,) if is_list else (request.get("stream_id"), request.get("offset", 0))
        tell = self._tell_list if is_list else self._tell_stream
        self._subscriptions.start(sub, self._serve(sub, tell, *asked), is_list=is_list)

    async def _serve(self, sub: int, tell: Tell, *asked: Any) -> None:
        # `on_close` follows, and ends the others.
        with suppress(WebSocketClosedError, StreamClosedError):
            try:
                await tell(sub, *asked)
            except PersistentStreamError as error:
                _, type_ = error_type(error) or (500, "unavailable")
                await self._send(sub, error_message(type_, str(error)))

    async def _tell_stream(self, sub: int, stream_id: Any, offset: Any) -> None:
        stream_id, offset = check_id(stream_id), _check_offset(offset)
        shelf: Shelf = self.settings[SHELF]
        store = await shelf.store()
        # Of what a live stream was, no more is kept for each watcher than this.
        if (rest := await self._tell_stored(sub, store, stream_id, offset)) is not None:
            await self._tell_live(sub, store, stream_id, *rest)
        if (info := await _living_again(store, stream_id)) is not None:
            await self._send(sub, state_message(info, time.time()))  # the page asks anew

    async def _tell_stored(
        self, sub: int, store: SqliteStore, stream_id: str, offset: int
    ) -> tuple[int, int] | None:
        """Tell what is stored; gives the end of it and the revision, or None if that was all."""
        info = await store.info(stream_id)
        if not info.status.final:  # a catch-up may be long, and the page shows what it waits for
            await self._send(sub, state_message(info, time.time()))
        while offset < info.length and (deltas := await store.joined(stream_id, offset)):
            offset = deltas[-1].end
            await self._send(sub, deltas_message(deltas))
        if info.status.final:
            await self._send(sub, state_message(info, time.time()))
            return None
        return offset, info.revision

    async def _tell_live(
        self, sub: int, store: SqliteStore, stream_id: str, offset: int, told: int
    ) -> None:
        async with aclosing(store.follow(stream_id, offset)) as batches:
            async for batch in batches:
                if batch.deltas:
                    self.settings[_ACTIVITY] = datetime.now(timezone.utc)
                    await send_text(self, b'%b,"sub":%d}' % (batch.message[:-1], sub))
                if batch.info and (batch.info.status.final or batch.info.revision != told):
                    await self._send(sub, state_message(batch.info, time.time()))

    async def _tell_list(self, sub: int, request: Mapping[str, Any]) -> None:
        shelf: Shelf = self.settings[SHELF]
        root = Root.of(self.contents_manager)
        async with aclosing(list_messages(await shelf.store(), root, request)) as messages:
            async for message in messages:
                await self._send(sub, message)

    async def _send(self, sub: int, message: dict[str, Any]) -> None:
        message["sub"] = sub
        await self.write_message(msgspec.json.encode(message))


async def _living_again(store: SqliteStore, stream_id: str) -> StreamInfo | None:
    """Wait for somebody to take a stream up that broke off; None for one that nobody can."""
    ended = info = await store.info(stream_id)
    while info.status.final and info.epoch == ended.epoch:
        if info.status not in BROKEN_OFF or not info.can_go_on:
            return None
        await asyncio.sleep(_LOOK)
        info = await store.info(stream_id)
    return info


def _check_offset(offset: object) -> int:
    if isinstance(offset, int) and offset >= 0:
        return offset
    raise InvalidInput(f"offset is {offset!r}. Give the bytes that were seen, 0 or more.")
