"""The values of a stream: pure, no I/O.

Offsets and lengths are UTF-8 bytes, times are UTC seconds since the epoch, durations are seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import Enum
from typing import Any, Literal, TypedDict

from .errors import InvalidInput
from .utf8 import shown

Json = Mapping[str, Any]
# An answer in Markdown; and what programs send: text as it is, messages, bytes.
TEXT, PLAIN, JSON_MESSAGE, BYTES = "text", "plain", "json", "bytes"
# The kinds that are a stream's own words, and what follows each delta of theirs in its text.
_WORDS = {TEXT: "", PLAIN: "", JSON_MESSAGE: "\n", BYTES: ""}


class Status(str, Enum):
    """Where a stream is in its life; the last four are final."""

    PENDING = "pending"
    STREAMING = "streaming"
    DONE = "done"
    ERROR = "error"
    CANCELLED = "cancelled"
    TIMEOUT = "timeout"

    @property
    def final(self) -> bool:
        """Whether the stream has ended; what timed out or failed may still be taken up."""
        return self not in (Status.PENDING, Status.STREAMING)

    def __str__(self) -> str:
        return self.value


LIVE = tuple(status for status in Status if not status.final)
# What may be taken up, where its provider goes on.
BROKEN_OFF = (Status.TIMEOUT, Status.ERROR)


@dataclass(frozen=True, slots=True)
class Piece:
    """What a source says next, before it has a place in the body.

    `mark` is the provider's number of it, where an answer can be taken up after that.
    """

    text: str
    kind: str = TEXT
    meta: Json | None = None
    mark: int | None = None


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece at its place: `offset` is the bytes of body before it, over all kinds.

    `data` is what was said where it is not UTF-8: `text` shows it then, in as many bytes.
    """

    offset: int
    text: str
    kind: str = TEXT
    meta: Json | None = None
    data: bytes | None = None

    @property
    def end(self) -> int:
        """The offset of what follows, in bytes."""
        return self.offset + size(self.text)

    @property
    def raw(self) -> bytes:
        """What was said, as it was said."""
        return self.text.encode() if self.data is None else self.data


# What is said, with a place or without.
Said = Piece | Delta


@dataclass(frozen=True, slots=True)
class Report:
    """What a provider says about an answer, as far as it said it.

    Reports add up: a later one fills in or replaces only what it names (see `merge`).
    """

    model: str | None = None
    response_id: str | None = None
    finish_reason: str | None = None
    usage: Json | None = None

    def merge(self, later: Report) -> Report:
        """This report with what a later one adds."""
        return Report(
            model=later.model or self.model,
            response_id=later.response_id or self.response_id,
            finish_reason=later.finish_reason or self.finish_reason,
            usage={**(self.usage or {}), **(later.usage or {})} or None,
        )


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a stream comes from. It never holds a key, a token or a URL with one.

    `prompt` is the text, or the list of messages, or None for a source without a prompt;
    `execution` tells one run of a cell from another.
    """

    prompt: str | list[Any] | None = None
    system: str | None = None
    model: str | None = None
    provider: str | None = None
    options: Json = field(default_factory=dict)
    notebook: str | None = None
    cell_id: str | None = None
    execution: str | None = None
    kernel_id: str | None = None
    host: str | None = None
    user: str | None = None


# The names that a provenance's fields have beside a stream's other facts, in a row and on the wire:
# `model` there is the one that answered.
PROVENANCE_NAMES = {field.name: field.name for field in fields(Provenance)} | {
    "model": "requested_model"
}


@dataclass(frozen=True, slots=True)
class Link:
    """What a stream comes from: the stream that it replies to, or that it asks once more."""

    stream_id: str
    relation: Literal["reply", "retry"]


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """All that is known of a stream but its body.

    `length` is the body's bytes; `revision` counts changes of all but body and beat; `epoch` counts
    the drivers it has had, and `beat` is the pulse of the present one; `error` has a `type` and a
    `message`.
    """

    id: str
    status: Status
    created_at: float
    revision: int = 0
    epoch: int = 0
    driver: str | None = None
    beat: int = 0
    length: int = 0
    title: str | None = None
    tags: tuple[str, ...] = ()
    provenance: Provenance = field(default_factory=Provenance)
    link: Link | None = None
    report: Report = field(default_factory=Report)
    error: ErrorRecord | None = None
    cancel_requested: bool = False
    started_at: float | None = None
    first_delta_at: float | None = None
    finished_at: float | None = None

    @property
    def model(self) -> str | None:
        """The model that answered, or else the one that was asked."""
        return self.report.model or self.provenance.model

    @property
    def can_go_on(self) -> bool:
        """Whether the provider goes on with an answer by itself, and has said how it is found."""
        return bool(self.provenance.options.get("background") and self.report.response_id)


class ErrorRecord(TypedDict):
    """An error on the wire and in the store: a short machine word, and a sentence for people."""

    type: str
    message: str


def size(text: str) -> int:
    """The UTF-8 bytes of a text."""
    return len(text) if text.isascii() else len(text.encode())


def valid(text: str) -> str:
    """The text as valid Unicode: surrogates are joined in pairs, and one alone is U+FFFD."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def after(delta: Delta, offset: int) -> Delta | None:
    """What a reader who stands at `offset` has not seen of a delta.

    None when it has seen it all. A delta that begins beyond the offset is a gap and comes back as
    it is, for the caller to see.

    Raises:
        InvalidInput: the offset lies within a character, so no reader has come to stand there.
    """
    if delta.offset >= offset:
        return delta
    if delta.end <= offset:
        return None
    rest = delta.raw[offset - delta.offset :]
    if delta.data is not None:
        return Delta(offset, shown(rest), delta.kind, delta.meta, rest)
    try:
        return Delta(offset, rest.decode(), delta.kind, delta.meta)
    except UnicodeDecodeError:
        raise InvalidInput(
            f"The offset {offset} lies within a character. Read on from the end of a delta, or "
            "from 0."
        ) from None


def text_of(deltas: Iterable[Delta], kind: str = TEXT) -> str:
    """The joined text of one kind; of `TEXT`, all that is a stream's own words.

    A program's messages are lines of it.
    """
    if kind == TEXT:
        words = (d.text + _WORDS[d.kind] for d in deltas if d.kind in _WORDS)
        return "".join(words)
    return "".join(delta.text for delta in deltas if delta.kind == kind)


def place(pieces: Iterable[Said], offset: int) -> Iterator[Delta]:
    """Give pieces their places, one after the other, from an offset on."""
    for piece in pieces:
        delta = Delta(offset, piece.text, piece.kind, piece.meta)
        yield delta
        offset = delta.end
