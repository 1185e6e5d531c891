"""The JSON resources. Thin: the store does the work, and its errors become status codes."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado import web

from .. import __version__
from ..errors import InvalidInput
from ..ids import check_id
from ..labels import check_tags, check_title
from ..protocol import Status
from ..store import MAX_PAGE, Query, SqliteStore
from ..store.calls import VERSION
from ..wire import delta_record, info_record
from .notebooks import Root
from .replies import JsonReplies
from .shelf import SHELF, Shelf

AUTH_RESOURCE = "nb-persistent-stream"
# In bytes: room for as many ids as may be named at once.
_MOST_BODY = 256 * 1024


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

    def count_activity(self) -> None:
        """Count data that flows as activity, where the connection that it flows on is none."""
        self._track_activity = True
        self.update_api_activity()
        self._track_activity = False

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

    def flag(self, name: str) -> bool:
        """A query argument that is `true` or `false`; false without one.

        Raises:
            InvalidInput: it is neither.
        """
        value = self.get_query_argument(name, "false")
        if value not in ("true", "false"):
            raise InvalidInput(f"{name} is {value!r}. Give true or false.")
        return value == "true"

    def json_object(self) -> dict[str, Any]:
        """The request's body, a JSON object.

        Raises:
            InvalidInput: it is none.
            HTTPError: it is larger than any that is taken.
        """
        body = self.request.body
        if len(body) > _MOST_BODY:
            raise web.HTTPError(
                413, f"The body has {len(body)} bytes. This takes {_MOST_BODY} at most."
            )
        try:
            value = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise InvalidInput(f"The body is not JSON ({error}). Send a JSON object.") from None
        if not isinstance(value, dict):
            raise InvalidInput(f"The body is a {type(value).__name__}. Send a JSON object.")
        return value


class RootHandler(StreamHandler):
    """Whether the extension is here, which version, and which one of the calls to the store."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        self.reply({"name": AUTH_RESOURCE, "version": __version__, "store": VERSION})


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
            unplaced=self.flag("unplaced"),
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
        stream_ids = self.json_object().get("stream_ids")
        if not isinstance(stream_ids, list) or len(stream_ids) > MAX_PAGE:
            raise InvalidInput(f"stream_ids must be a list of up to {MAX_PAGE} stream ids.")
        await (await self.store()).place([check_id(stream_id) for stream_id in stream_ids])
        self.reply({})


class OneStreamHandler(StreamHandler):
    """One stream's metadata, and its end: a live stream's driver is fenced out.

    A change is a merge patch (RFC 7396): what is not named stays, and null clears.
    """

    @web.authenticated
    @authorized
    async def get(self, stream_id: str) -> None:
        info = await (await self.store()).info(check_id(stream_id))
        self.reply(info_record(info, time.time()))

    @web.authenticated
    @authorized
    async def patch(self, stream_id: str) -> None:
        stream_id, labels = check_id(stream_id), _labels(self.json_object())
        info = await (await self.store()).label(stream_id, **labels)
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


def _labels(patch: dict[str, Any]) -> dict[str, Any]:
    """What a merge patch changes, as `StreamStore.label` takes it."""
    if unknown := sorted(patch.keys() - {"title", "tags"}):
        raise InvalidInput(f"{', '.join(unknown)} can't be changed. Send title, tags, or both.")
    labels: dict[str, Any] = {}
    if "title" in patch:
        labels["title"] = check_title(patch["title"]) or ""
    if "tags" in patch:
        tags = [] if patch["tags"] is None else patch["tags"]
        if not isinstance(tags, list):
            raise InvalidInput(f"tags is {tags!r}. Send a list of words, or null for none.")
        labels["tags"] = check_tags(tags)
    return labels


_ID = r"([^/]+)"
HANDLERS: list[tuple[str, type[StreamHandler]]] = [
    (r"", RootHandler),
    (r"streams", StreamsHandler),
    (r"placed", PlacedHandler),
    (rf"streams/{_ID}", OneStreamHandler),
    (rf"streams/{_ID}/body", BodyHandler),
    (rf"streams/{_ID}/cancel", CancelHandler),
]
