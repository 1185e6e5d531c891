"""A stream as a URL. Thin: headers and bodies become values, and the store does the work."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing

from jupyter_server.auth.decorator import authorized
from tornado import web
from tornado.iostream import StreamClosedError

from ...errors import InvalidInput, PersistentStreamError
from ...ids import check_id
from ...store import JSON as JSON_TYPE
from ...store import (
    NewParts,
    NewResource,
    Resource,
    media_type,
)
from ..crowd import CONNECTIONS, Crowd
from ..handlers import StreamHandler
from ..replies import NEVER_CACHED
from . import requests
from .events import KEEP_ALIVE, events, is_text, with_pauses
from .exchange import Exchange
from .messages import joined, split
from .positions import NOW, Position, cursor, etag, position
from .reading import Part, Reader

_CACHED = "private, max-age=60, stale-while-revalidate=300"
_REVALIDATED = "private, no-cache"
# What a browser may show when somebody opens a stream's address; all else is a download.
_SHOWN = ("text/plain", JSON_TYPE)


class DurableHandler(Exchange):
    """One stream, in the terms of the Durable Streams protocol."""

    @web.authenticated
    @authorized
    async def put(self, stream_id: str) -> None:
        resources = (await self.store()).resources
        headers, body = self.request.headers, self.body()
        content_type = requests.content_type(headers)
        fork = requests.fork(headers, self.root)
        made_of = content_type or ""
        if fork is not None and content_type is None and body:
            made_of = (await resources.get(fork.source_id)).content_type
        resource, is_new = await resources.create(
            NewResource(
                check_id(stream_id),
                content_type,
                split(body, is_json=media_type(made_of) == JSON_TYPE),
                closed=requests.closes(headers),
                ttl=requests.ttl(headers),
                expires_at=requests.expires_at(headers),
                fork=fork,
                user=getattr(self.current_user, "username", None),
            )
        )
        self.describe(resource)
        if is_new:
            url = f"{self.request.protocol}://{self.request.host}{self.request.path}"
            self.set_header("Location", url)
        self.set_status(201 if is_new else 200)
        _ = self.finish()

    @web.authenticated
    @authorized
    async def post(self, stream_id: str) -> None:
        resources = (await self.store()).resources
        headers, body = self.request.headers, self.body()
        closes, content_type = requests.closes(headers), requests.content_type(headers)
        if not body and not closes:
            raise InvalidInput("There is nothing to append. Send a body, or Stream-Closed: true.")
        if body and content_type is None:
            raise InvalidInput("There is no Content-Type. Give the stream's own.")
        is_json = media_type(content_type or "") == JSON_TYPE
        parts = split(body, is_json=is_json)
        if body and not parts:
            raise InvalidInput("The array is empty: there is nothing to append. Leave it out.")
        appended = await resources.append(
            check_id(stream_id),
            NewParts(
                content_type or "",
                parts,
                closes=closes,
                sequence=requests.sequence(headers),
                producer=requests.producer(headers),
            ),
        )
        self.describe(appended.resource)
        # The protocol's codes: 200 for what a producer appended, 204 for all else.
        self.set_status(200 if appended.producer and parts and not appended.repeated else 204)
        if appended.producer is not None:
            self.describe_producer(appended.producer)
        _ = self.finish()

    @web.authenticated
    @authorized
    async def head(self, stream_id: str) -> None:
        resource = await (await self.store()).resources.get(check_id(stream_id))
        self.describe(resource)
        _ = self.finish()

    @web.authenticated
    @authorized
    async def delete(self, stream_id: str) -> None:
        await (await self.store()).delete(check_id(stream_id))
        self.set_status(204)
        _ = self.finish()

    @web.authenticated
    @authorized
    async def get(self, stream_id: str) -> None:
        mode = self.get_query_argument("live", None)
        if mode not in (None, "long-poll", "sse"):
            raise InvalidInput(f"live is {mode!r}. Use long-poll or sse, or leave it out.")
        start = self._start(required=mode is not None)
        store = await self.store()
        resource = await store.resources.get(check_id(stream_id), touch=True)
        whole = mode == "sse" and is_text(resource)
        reader = Reader(store, resource, whole=whole)
        if mode is not None:
            serve = self._serve_events if mode == "sse" else self._serve_next
            crowd: Crowd = self.settings[CONNECTIONS]
            with crowd.place():
                await serve(reader, resource, start or reader.end)
        elif start is None:
            part = Part((), reader.end, up_to_date=True, closed=resource.closed)
            self._answer_read(resource, part, NEVER_CACHED)
        else:
            part = await reader.page(start)
            self.etag = etag(resource.info, start, part.position, closed=part.closed)
            lasting = part.closed or not part.up_to_date
            self._answer_read(reader.resource, part, _CACHED if lasting else _REVALIDATED)

    def _start(self, *, required: bool) -> Position | None:
        """Where to read from; None for the end."""
        given = self.get_query_arguments("offset", strip=False)
        if len(given) > 1:
            raise InvalidInput("There is more than one offset. Give one.")
        if not given:
            if required:
                raise InvalidInput("There is no offset. Give -1, now, or where you stand.")
            return Position(0)
        return None if given[0] == NOW else position(given[0])

    async def _serve_next(self, reader: Reader, resource: Resource, start: Position) -> None:
        """Answer with what is there, or with what comes in a while."""
        self._track_activity = False
        part = Part((), start, up_to_date=True, closed=False)
        async for news in self._parts(reader, resource, start, self.limits.long_poll):
            part = news or part
            if part.messages or part.closed:
                break
        if part.messages:
            self._track_activity = True
            self._answer_read(reader.resource, part, NEVER_CACHED, is_live=True)
        else:
            self.describe_part(reader.resource, part, is_live=True)
            self.set_status(204)
            _ = self.finish()

    async def _serve_events(self, reader: Reader, resource: Resource, start: Position) -> None:
        """Answer with events until the end, or until it is time to come again."""
        self._track_activity = False
        self.set_header("Content-Type", "text/event-stream")
        self.set_header("Cache-Control", "private, no-cache, no-store")
        self.set_header("X-Accel-Buffering", "no")  # nginx would hold events back
        self.set_header("NB-Stream-Status", resource.info.status.value)
        if not is_text(resource):
            self.set_header("Stream-SSE-Data-Encoding", "base64")
        last = self.get_query_argument("cursor", None)
        try:
            async for part in self._parts(reader, resource, start, self.limits.rotation):
                if part is None:
                    self.write(KEEP_ALIVE)
                else:
                    last = cursor(time.time(), last)
                    self.write(events(resource, part, last))
                    if part.messages:
                        self.count_activity()
                await self.flush()
            _ = self.finish()
        except StreamClosedError:
            pass  # the reader has gone
        except PersistentStreamError:
            if not self._headers_written:
                raise
            _ = self.finish()  # it comes again, and is told why

    async def _parts(
        self, reader: Reader, resource: Resource, start: Position, duration: float
    ) -> AsyncGenerator[Part | None, None]:
        """What a reader gets in a time; None in a silence, in which its stream does not expire."""
        pause = self.limits.keep_alive
        if resource.ttl is not None:
            pause = min(pause, max(resource.ttl, 1) / 2)
        until = asyncio.get_running_loop().time() + duration
        async with aclosing(with_pauses(reader.follow(start), pause, until, self.gone)) as parts:
            async for part in parts:
                if part is None:
                    await reader.touch()
                yield part

    def _answer_read(
        self, resource: Resource, part: Part, caching: str, *, is_live: bool = False
    ) -> None:
        self.describe_part(resource, part, is_live=is_live)
        self.set_header("Cache-Control", caching)
        if resource.media_type not in _SHOWN:
            self.set_header("Content-Disposition", "attachment")
        self.set_header("Content-Type", resource.content_type)
        _ = self.finish(joined(part.messages, is_json=resource.is_json))


class SubscriptionsHandler(StreamHandler):
    """The protocol's reserved paths: a server that calls out is a surface that nobody asked for."""

    async def prepare(self) -> None:  # type: ignore[override]
        """Refuse, whatever was asked."""
        await super().prepare()
        if self.current_user is None:
            raise web.HTTPError(403)
        raise web.HTTPError(
            501,
            "This server has no subscriptions: it calls nobody. Read the stream with live=sse or "
            "live=long-poll.",
        )


HANDLERS: list[tuple[str, type[StreamHandler]]] = [
    (r"stream/__ds(?:/.*)?", SubscriptionsHandler),
    (r"stream/([^/]+)", DurableHandler),
]
