"""The JSON resources. Thin: the store does the work, and its errors become status codes."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado import web

from .. import __version__
from ..errors import InvalidInput
from ..protocol import Status, check_id
from ..store import MAX_PAGE, Query, SqliteStore
from ..wire import delta_record, info_record
from .notebooks import Root
from .replies import JsonReplies
from .shelf import SHELF, Shelf

AUTH_RESOURCE = "nb-persistent-stream"
# In bytes: room for as many ids as may be named at once.
_LONGEST_BODY = 256 * 1024


class StreamHandler(JsonReplies, APIHandler):
    """What the resources share."""

    auth_resource = AUTH_RESOURCE

    def finish(self, *args: Any, **kwargs: Any) -> asyncio.Future[Any]:
        """Finish with the content type that was set: Jupyter's own would always be JSON's."""
        kwargs.setdefault("set_content_type", self._headers["Content-Type"])
        return super().finish(*args, **kwargs)

    async def store(self) -> SqliteStore:
        """The store.

        Raises:
            StoreError: it can't be opened.
        """
        shelf: Shelf = self.settings[SHELF]
        return await shelf.store()

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """A query argument that is a whole number.

        Raises:
            InvalidInput: it is not, or it is out of bounds.
        """
        value = self.get_query_argument(name, str(default))
        if value.isascii() and value.isdecimal() and len(value) < len(str(1 << 63)):
            number = int(value)
            if least <= number <= most:
                return number
        raise InvalidInput(f"{name} is {value!r}. Give a whole number from {least} to {most}.")


class RootHandler(StreamHandler):
    """Whether the extension is here, and which version."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        self.reply({"name": AUTH_RESOURCE, "version": __version__})


class StreamsHandler(StreamHandler):
    """The list of streams, newest first."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        root = Root.of(self.contents_manager)
        notebook = self.get_query_argument("notebook", None)
        query = Query(
            search=self.get_query_argument("search", ""),
            root=root.prefix,
            statuses=tuple(_status(value) for value in self.get_query_arguments("status")),
            notebook=root.file(notebook) if notebook else None,
            unplaced=self.get_query_argument("unplaced", "false") == "true",
            kernel=self.get_query_argument("kernel", None),
            limit=self.number("limit", 50, least=1, most=MAX_PAGE),
            after=self.get_query_argument("after", None),
        )
        page = await (await self.store()).find(query)
        now = time.time()
        self.reply(
            {"streams": [info_record(info, now) for info in page.streams], "next": page.next}
        )


class PlacedHandler(StreamHandler):
    """Which streams' outputs stand in a saved notebook, as the page that saved it says."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        if len(self.request.body) > _LONGEST_BODY:
            raise web.HTTPError(413, f"The body may have {_LONGEST_BODY} bytes. Send it in parts.")
        body: object = self.get_json_body()
        stream_ids = body.get("stream_ids") if isinstance(body, dict) else None
        if not isinstance(stream_ids, list) or len(stream_ids) > MAX_PAGE:
            raise InvalidInput(f"stream_ids must be a list of up to {MAX_PAGE} stream ids.")
        await (await self.store()).place([check_id(stream_id) for stream_id in stream_ids])
        self.reply({})


class OneStreamHandler(StreamHandler):
    """One stream's metadata, and its end: a live stream's driver is fenced out."""

    @web.authenticated
    @authorized
    async def get(self, stream_id: str) -> None:
        info = await (await self.store()).info(check_id(stream_id))
        self.reply(info_record(info, time.time()))

    @web.authenticated
    @authorized
    async def delete(self, stream_id: str) -> None:
        await (await self.store()).delete(check_id(stream_id))
        self.set_status(204)
        _ = self.finish()


class BodyHandler(StreamHandler):
    """One stream's body from an offset on, a part at a time; `next_offset` is where to go on."""

    @web.authenticated
    @authorized
    async def get(self, stream_id: str) -> None:
        store, offset = await self.store(), self.number("offset", 0, least=0, most=1 << 53)
        # The state is read first: a final one means that the deltas after it are all there are.
        info = await store.info(check_id(stream_id))
        deltas = await store.read(info.id, offset)
        end = deltas[-1].end if deltas else offset
        self.reply(
            {
                "deltas": [delta_record(delta) for delta in deltas],
                "next_offset": end,
                "status": info.status.value,
                "complete": info.status.final and end >= info.length,
            }
        )


class CancelHandler(StreamHandler):
    """A request to stop; the driver obeys wherever it runs."""

    @web.authenticated
    @authorized(action="execute", resource=AUTH_RESOURCE)  # type: ignore[untyped-decorator]
    async def post(self, stream_id: str) -> None:
        info = await (await self.store()).request_cancel(check_id(stream_id))
        self.reply(info_record(info, time.time()), 202)


class NothingHandler(StreamHandler):
    """Every other path below ours."""

    async def prepare(self) -> None:  # type: ignore[override]
        await super().prepare()
        if self.current_user is None:
            raise web.HTTPError(403)
        raise web.HTTPError(404, "There is no such resource. Check the address.")


def _status(value: str) -> Status:
    try:
        return Status(value)
    except ValueError:
        known = ", ".join(status.value for status in Status)
        raise InvalidInput(f"{value!r} is not a status. Use one of {known}.") from None


_ID = r"([^/]+)"
HANDLERS: list[tuple[str, type[StreamHandler]]] = [
    (r"", RootHandler),
    (r"streams", StreamsHandler),
    (r"placed", PlacedHandler),
    (rf"streams/{_ID}", OneStreamHandler),
    (rf"streams/{_ID}/body", BodyHandler),
    (rf"streams/{_ID}/cancel", CancelHandler),
]
