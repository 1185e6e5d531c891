"""The live socket: one a page, many subscriptions, each to a stream or to a list of them."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Awaitable, Mapping
from contextlib import aclosing, suppress
from datetime import datetime, timezone
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import ws_authenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado import web
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from ..errors import InvalidInput, PersistentStreamError
from ..protocol import check_id
from ..wire import deltas_message, error_message, state_message
from .handlers import AUTH_RESOURCE
from .lists import list_messages
from .notebooks import Root
from .replies import JsonReplies, error_type
from .shelf import SHELF, Shelf

Messages = AsyncGenerator[dict[str, Any], None]

# More than any page has views; a page that asks for more is broken.
_MOST_SUBSCRIPTIONS = 1000
# Jupyter takes every setting of such a name for a sign of life. Text that flows is one; a socket
# that is open is none.
_ACTIVITY = "nb_persistent_stream_last_activity"


class LiveHandler(JsonReplies, WebSocketMixin, WebSocketHandler, JupyterHandler):
    """Serves one page. A slow page slows only itself: each subscription waits for the socket."""

    auth_resource = AUTH_RESOURCE

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
        await super().get(*args, **kwargs)

    def open(self, *args: Any, **kwargs: Any) -> None:
        """Begin without subscriptions."""
        super().open(*args, **kwargs)
        self._subscriptions: dict[int, asyncio.Task[None]] = {}

    def on_message(self, message: str | bytes) -> None:
        """Take a request in."""
        try:
            request = json.loads(message)
            sub = request["sub"]
            if not isinstance(sub, int):
                raise TypeError
            kind = request["type"]
            if kind not in ("subscribe", "list", "unsubscribe"):
                raise ValueError(kind)
        except (ValueError, TypeError, KeyError, RecursionError):
            self.close(1003, "not a request of this protocol")
            return
        self._unsubscribe(sub)
        if kind == "subscribe":
            self._subscribe(sub, self._follow(request))
        elif kind == "list":
            self._subscribe(sub, self._list(request))

    def on_close(self) -> None:
        """End all subscriptions."""
        super().on_close()
        if self.ping_callback is not None:
            self.ping_callback.stop()  # it would hold this handler until the next ping
        for task in getattr(self, "_subscriptions", {}).values():
            task.cancel()

    def get_compression_options(self) -> dict[str, Any]:
        """Compress: text shrinks well, and a catch-up may be long."""
        return {}

    def _subscribe(self, sub: int, messages: Messages) -> None:
        crowded = len(self._subscriptions) >= _MOST_SUBSCRIPTIONS and sub not in self._subscriptions
        task = asyncio.create_task(self._serve(sub, messages, crowded=crowded))
        self._subscriptions[sub] = task
        task.add_done_callback(lambda task: self._ended(sub, task))

    def _unsubscribe(self, sub: int) -> None:
        if sub in self._subscriptions:
            self._subscriptions[sub].cancel()

    def _ended(self, sub: int, task: asyncio.Task[None]) -> None:
        if self._subscriptions.get(sub) is task:
            del self._subscriptions[sub]

    async def _serve(self, sub: int, messages: Messages, *, crowded: bool) -> None:
        with suppress(WebSocketClosedError):  # `on_close` follows, and ends the others
            try:
                if crowded:
                    raise InvalidInput(f"One socket takes {_MOST_SUBSCRIPTIONS} subscriptions.")
                async with aclosing(messages):
                    async for message in messages:
                        await self._send(sub, message)
            except PersistentStreamError as error:
                _, type_ = error_type(error) or (500, "unavailable")
                await self._send(sub, error_message(type_, str(error)))

    async def _follow(self, request: Mapping[str, Any]) -> Messages:
        stream_id = check_id(request.get("stream_id"))
        offset = _check_offset(request.get("offset", 0))
        shelf: Shelf = self.settings[SHELF]
        store = await shelf.store()
        info = await store.info(stream_id)
        if not info.status.final:  # a catch-up may be long, and the page shows what it waits for
            yield state_message(info, time.time())
        async with aclosing(store.follow(stream_id, offset)) as batches:
            async for batch in batches:
                if batch.deltas:
                    self.settings[_ACTIVITY] = datetime.now(timezone.utc)
                    yield deltas_message(batch.deltas)
                if batch.info and (batch.info.status.final or batch.info.revision != info.revision):
                    yield state_message(batch.info, time.time())

    async def _list(self, request: Mapping[str, Any]) -> Messages:
        shelf: Shelf = self.settings[SHELF]
        root = Root.of(self.contents_manager)
        async with aclosing(list_messages(await shelf.store(), root, request)) as messages:
            async for message in messages:
                yield message

    def _send(self, sub: int, message: dict[str, Any]) -> Awaitable[None]:
        message["sub"] = sub
        return self.write_message(json.dumps(message, ensure_ascii=False))


def _check_offset(offset: object) -> int:
    if isinstance(offset, int) and offset >= 0:
        return offset
    raise InvalidInput(f"offset is {offset!r}. Give the bytes that were seen, 0 or more.")
