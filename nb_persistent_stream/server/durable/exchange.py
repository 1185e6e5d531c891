"""What each exchange about a stream has: its headers, its body, and how it is refused."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import Any, NoReturn

from tornado import web

from ...config import URL_ROOT
from ...store import Producer, Reason, Refused, Resource
from ..handlers import StreamHandler
from . import requests
from .limits import LIMITS, Limits
from .positions import Position, cursor
from .reading import Part

_REQUEST_HEADERS = (
    "accept, authorization, content-type, if-none-match, producer-epoch, producer-id, "
    "producer-seq, stream-closed, stream-expires-at, stream-fork-offset, stream-fork-sub-offset, "
    "stream-forked-from, stream-seq, stream-ttl, x-xsrftoken"
)
_RESPONSE_HEADERS = (
    "ETag, Location, NB-Stream-Status, Producer-Epoch, Producer-Expected-Seq, "
    "Producer-Received-Seq, Producer-Seq, Stream-Closed, Stream-Cursor, Stream-Expires-At, "
    "Stream-Next-Offset, Stream-SSE-Data-Encoding, Stream-TTL, Stream-Up-To-Date"
)


@web.stream_request_body
class Exchange(StreamHandler):
    """A request that is taken in part by part, and an answer with the protocol's headers."""

    etag: str | None = None

    def initialize(self) -> None:
        """Begin with nothing received."""
        self._received = 0
        self._chunks: list[bytes] = []
        # Done when the reader has gone.
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def prepare(self) -> None:  # type: ignore[override]
        """Refuse, if at all, when all that was sent has come.

        tornado closes the connection of a request that is answered earlier: who still sends would
        meet a reset, and may never hear why.
        """
        try:
            await super().prepare()
        except web.HTTPError as refusal:
            setattr(self, str(self.request.method).lower(), partial(_refuse, refusal))

    def set_default_headers(self) -> None:
        """Keep what is answered private; name the headers that pages of other origins may read."""
        super().set_default_headers()
        self.keep_private()
        self.set_header("Access-Control-Expose-Headers", _RESPONSE_HEADERS)

    @property
    def content_security_policy(self) -> str:
        """Let no stream's content act as a page of this server."""
        return f"{super().content_security_policy}; sandbox"

    def data_received(self, chunk: bytes) -> None:
        """Take in a part of the body; what is too much is read, so that it can be said so."""
        self._received += len(chunk)
        if self._received <= self.limits.append:
            self._chunks.append(chunk)

    def on_connection_close(self) -> None:
        """Let what waits for this reader end."""
        super().on_connection_close()
        if not self.gone.done():
            self.gone.set_result(None)

    def options(self, *args: Any, **kwargs: Any) -> None:
        """Say which headers a page of another origin may send, where the server allows one."""
        super().options(*args, **kwargs)
        self.set_header("Access-Control-Allow-Headers", _REQUEST_HEADERS)
        self.set_header("Access-Control-Allow-Methods", "GET, HEAD, PUT, POST, DELETE, OPTIONS")

    def compute_etag(self) -> str | None:
        """The tag of what is answered; tornado compares it, and answers 304."""
        return self.etag

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Say what happened, with the protocol's headers."""
        error = kwargs.get("exc_info", (None, None))[1]
        if isinstance(error, Refused):
            self._describe_refusal(error)
        super().write_error(status_code, **kwargs)

    @property
    def limits(self) -> Limits:
        """What one request may take."""
        limits: Limits = self.settings[LIMITS]
        return limits

    @property
    def root(self) -> str:
        """The path below which the streams are."""
        return f"{self.base_url}{URL_ROOT}/stream/"

    def body(self) -> bytes:
        """The request's body.

        Raises:
            HTTPError: it is larger than what one request may append.
        """
        if self._received > self.limits.append:
            raise web.HTTPError(
                413,
                f"The body has {self._received} bytes, and one request may append "
                f"{self.limits.append}. Send it in parts.",
            )
        return b"".join(self._chunks)

    def describe(self, resource: Resource) -> None:
        """What is known of a stream, as headers."""
        end = Position(resource.length, 0 if resource.own or not resource.closed else 1)
        self.set_header("Stream-Next-Offset", str(end))
        self.set_header("NB-Stream-Status", resource.info.status.value)
        self.set_header("Content-Type", resource.content_type)
        if resource.closed:
            self.set_header("Stream-Closed", "true")
        if resource.ttl is not None:
            self.set_header("Stream-TTL", str(resource.ttl))
        elif resource.expires_at is not None:
            self.set_header("Stream-Expires-At", requests.time_text(resource.expires_at))

    def describe_part(self, resource: Resource, part: Part, *, is_live: bool) -> None:
        """Where a reader stands after a part, as headers."""
        self.set_header("Stream-Next-Offset", str(part.position))
        self.set_header("NB-Stream-Status", resource.info.status.value)
        if part.up_to_date:
            self.set_header("Stream-Up-To-Date", "true")
        if part.closed:
            self.set_header("Stream-Closed", "true")
        if is_live:
            last = self.get_query_argument("cursor", None)
            self.set_header("Stream-Cursor", cursor(time.time(), last))

    def describe_producer(self, producer: Producer) -> None:
        """What has come of a producer's appends, as headers."""
        self.set_header("Producer-Epoch", str(producer.epoch))
        self.set_header("Producer-Seq", str(producer.sequence))

    def _describe_refusal(self, refused: Refused) -> None:
        facts = refused.facts
        if refused.reason is Reason.CLOSED:
            self.set_header("Stream-Closed", "true")
            self.set_header("Stream-Next-Offset", str(Position(facts["length"])))
        elif refused.reason is Reason.STALE_EPOCH:
            self.set_header("Producer-Epoch", str(facts["epoch"]))
        elif refused.reason is Reason.GAP:
            self.set_header("Producer-Expected-Seq", str(facts["expected"]))
            self.set_header("Producer-Received-Seq", str(facts["received"]))


def _refuse(refusal: web.HTTPError, *_: str) -> NoReturn:
    raise refusal
