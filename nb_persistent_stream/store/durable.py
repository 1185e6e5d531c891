"""The values of streams over HTTP, in the terms of the Durable Streams protocol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ..errors import PersistentStreamError
from ..protocol import BYTES, JSON_MESSAGE, PLAIN, TEXT, StreamInfo

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Producer:
    """Who appends, in which of its lives, and which of its appends this is."""

    id: str
    epoch: int
    sequence: int


@dataclass(frozen=True, slots=True)
class Fork:
    """Where a fork leaves its source: `beyond` counts bytes or messages after `offset`.

    Without an offset it is the source's end.
    """

    source_id: str
    offset: int | None = None
    beyond: int = 0


@dataclass(frozen=True, slots=True)
class NewResource:
    """A stream to be made over HTTP; `parts` are its first messages or bytes."""

    id: str
    content_type: str | None
    parts: Sequence[bytes] = ()
    closed: bool = False
    ttl: int | None = None
    expires_at: float | None = None
    fork: Fork | None = None
    user: str | None = None


@dataclass(frozen=True, slots=True)
class NewParts:
    """What is to be appended: messages, or bytes; `closes` ends the stream with them."""

    content_type: str = ""
    parts: Sequence[bytes] = ()
    closes: bool = False
    sequence: str | None = None
    producer: Producer | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """A stream as HTTP has it.

    `tail` is the begin of a character, which follows the last delta. `own` is whether it was made
    over HTTP: a driver's stream is JSON that only its driver may append to.
    """

    info: StreamInfo
    content_type: str = JSON
    tail: bytes = b""
    ttl: int | None = None
    expires_at: float | None = None
    own: bool = False

    @property
    def media_type(self) -> str:
        """The content type without its parameters."""
        return media_type(self.content_type)

    @property
    def is_json(self) -> bool:
        """Whether it is a list of messages, not of bytes."""
        return self.media_type == JSON

    @property
    def closed(self) -> bool:
        """Whether nothing more will come."""
        return self.info.status.final

    @property
    def length(self) -> int:
        """The bytes so far."""
        return self.info.length + len(self.tail)


@dataclass(frozen=True, slots=True)
class Appended:
    """What came of an append: the stream after it, and the newest append of its producer."""

    resource: Resource
    repeated: bool = False
    producer: Producer | None = None


class Reason(str, Enum):
    """Why a stream's state forbids what was asked."""

    CLOSED = "closed"
    HELD = "held-by-driver"
    EXISTS = "exists"
    SOURCE_DELETED = "source-deleted"
    CONTENT_TYPE = "content-type"
    SEQUENCE = "sequence"
    STALE_EPOCH = "stale-epoch"
    GAP = "sequence-gap"


class Refused(PersistentStreamError):
    """A stream's state forbids what was asked; `facts` are what the reason is about."""

    def __init__(self, reason: Reason, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.reason = reason
        self.facts = facts


def media_type(content_type: str) -> str:
    """A content type without its parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def kind_of(media_type: str) -> str:
    """The kind of the deltas of a stream made over HTTP."""
    if media_type == JSON:
        return JSON_MESSAGE
    if media_type == "text/markdown":
        return TEXT
    return PLAIN if media_type.startswith("text/") else BYTES
