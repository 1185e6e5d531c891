"""The store over HTTP, for the drivers and readers of other machines: see `store/calls.py`."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from jupyter_core.utils import ensure_async
from tornado import web
from tornado.iostream import StreamClosedError

from ..errors import InvalidInput, PersistentStreamError
from ..store.calls import CALLS, Call, give
from .crowd import CONNECTIONS, Crowd
from .durable.events import KEEP_ALIVE, with_pauses
from .durable.limits import LIMITS, Limits
from .handlers import AUTH_RESOURCE, StreamHandler
from .replies import error_type


class CallHandler(StreamHandler):
    """One call of the store's contract: arguments in, answer out, or one answer after the other."""

    def initialize(self) -> None:
        """Begin with a reader who is there."""
        # Done when the reader has gone.
        self._gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def on_connection_close(self) -> None:
        """Let what waits for this reader end."""
        super().on_connection_close()
        if not self._gone.done():
            self._gone.set_result(None)

    @web.authenticated
    async def post(self, name: str) -> None:
        """Answer a call."""
        call = CALLS.get(name)
        if call is None:
            raise web.HTTPError(
                404, f"There is no call {name!r}. This server knows {', '.join(CALLS)}."
            )
        if not await ensure_async(
            self.authorizer.is_authorized(self, self.current_user, call.action, AUTH_RESOURCE)
        ):
            raise web.HTTPError(403)
        # A pulse is no activity: a driver that waits for its model keeps no idle server alive.
        self._track_activity = not call.many and name != "beat"
        try:
            await self._answer(call, call.take(self._arguments()))
        except OverflowError:
            raise InvalidInput("A number is too large. Use 64 bits at most.") from None

    def _arguments(self) -> object:
        limits: Limits = self.settings[LIMITS]
        size = len(self.request.body)
        if size > limits.append:
            raise web.HTTPError(
                413, f"The body has {size} bytes. One call may have {limits.append}."
            )
        try:
            arguments: object = json.loads(self.request.body)
        except (ValueError, RecursionError) as error:
            raise InvalidInput(f"The body is not JSON ({error}). Send an object.") from None
        return arguments

    async def _answer(self, call: Call, arguments: dict[str, Any]) -> None:
        method = getattr(await self.store(), call.name)
        if call.many:
            crowd: Crowd = self.settings[CONNECTIONS]
            with crowd.place():
                await self._answer_many(method(**arguments))
        else:
            self.reply(give(await method(**arguments)))

    async def _answer_many(self, answers: AsyncGenerator[Any, None]) -> None:
        """Answer with events for as long as there are any; an error before the first is a reply."""
        limits: Limits = self.settings[LIMITS]
        pausing = with_pauses(answers, limits.keep_alive, math.inf, self._gone)
        try:
            async with aclosing(pausing) as events:
                async for answer in events:
                    await self._send(KEEP_ALIVE if answer is None else _event(give(answer)))
                    if answer is not None:
                        self.count_activity()
            _ = self.finish()
        except StreamClosedError:
            pass  # the reader has gone
        except PersistentStreamError as error:
            if not self._headers_written:
                raise
            _, type_ = error_type(error) or (500, "failed")
            await self._send(f"event: error\n{_event({'type': type_, 'detail': str(error)})}")
            _ = self.finish()

    async def _send(self, event: str) -> None:
        if not self._headers_written:
            self.set_header("Content-Type", "text/event-stream")
            self.keep_private()
            self.set_header("X-Accel-Buffering", "no")  # nginx would hold events back
        self.write(event)
        await self.flush()


def _event(data: object) -> str:
    return f"data:{json.dumps(data, ensure_ascii=False)}\n\n"


HANDLERS: list[tuple[str, type[StreamHandler]]] = [(r"store/([^/]+)", CallHandler)]
