"""What a driver asks of a store, and what it is given."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..protocol import Link, Provenance, StreamInfo


@dataclass(frozen=True, slots=True)
class Lease:
    """The right of one driver to append to one stream, until a higher epoch is claimed.

    `file` counts the files that the store had had before the one that gave it, since it was opened.
    """

    stream_id: str
    driver: str
    epoch: int
    file: int = 0


@dataclass(frozen=True, slots=True)
class NewStream:
    """A stream to be created; its driver holds the first lease.

    `key` is the same for all streams that ask the same; None is like no other.
    """

    id: str
    driver: str
    title: str | None = None
    tags: tuple[str, ...] = ()
    provenance: Provenance = field(default_factory=Provenance)
    key: str | None = None
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """The stream that answers: a new one, whose lease it is, or without one another driver's."""

    info: StreamInfo
    lease: Lease | None = None
