"""What goes into a store and comes out of it, beside streams and their deltas."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..protocol import Delta, Link, Provenance, Status, StreamInfo

MAX_PAGE = 500


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


@dataclass(frozen=True, slots=True)
class Query:
    """Which streams to list, newest first; `after` is the `next` of the page before.

    `search` finds the streams that hold each of its words, in either case of each letter, in their
    title, tags, prompt, model, id, or notebook's path below `root`. `unplaced` leaves out the
    streams whose output stands in a saved notebook.
    """

    statuses: tuple[Status, ...] = ()
    notebook: str | None = None
    kernel: str | None = None
    search: str = ""
    root: str = ""
    unplaced: bool = False
    limit: int = 50
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list; `next` is None on the last one."""

    streams: tuple[StreamInfo, ...]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a list that somebody looks at; `total` is the length of the whole."""

    total: int
    first: int
    streams: tuple[StreamInfo, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """What a follower hears at a time: new deltas, or a new state.

    `up_to_date` is whether all that is known to be stored has been given out with it.
    """

    deltas: tuple[Delta, ...]
    info: StreamInfo | None = None
    up_to_date: bool = False
