"""What is asked of a list of streams, and what answers it."""

from __future__ import annotations

from dataclasses import dataclass

from ..protocol import Status, StreamInfo

MAX_PAGE = 500


@dataclass(frozen=True, slots=True)
class Query:
    """Which streams to list, newest first; `after` is the `next` of the page before.

    `search` finds the streams that have, for each of its words, a word that begins so: in their
    title, tags, prompt, model, id, notebook's path below the folder `root`, or, once they have
    ended, in their body, unless that is bytes. Case and accents make no difference. Where the index
    of words is not made yet, or SQLite has no FTS5, or the search is of signs alone, it finds parts
    of words instead, and looks at no body. `unplaced` leaves out the streams whose output stands in
    a saved notebook.
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
