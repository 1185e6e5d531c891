"""Lists of streams: a page of one, a window of one, and a window that is kept up to date."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from ..protocol import StreamInfo
from .database import Database
from .excerpts import SUMMARY
from .index import seek
from .listing import MAX_PAGE, Page, Query, Window
from .queries import Matching, check_search, matching, page_token
from .rows import to_info
from .words import expression

# Seconds between two looks at a window, and how many times longer than a look that must be.
_PAUSE, _REST = 0.5, 10

CatchUp = Callable[[], Awaitable[bool]]


class Lists:
    """Reads lists, one after the other: a connection is theirs.

    `catch_up` brings the index of words up to date, and says whether it is.
    """

    def __init__(self, database: Database, catch_up: CatchUp) -> None:
        self._database = database
        self._catch_up = catch_up
        self._turn = asyncio.Lock()

    async def find(self, query: Query) -> Page:
        """See `StreamStore.find`."""
        limit = min(max(1, query.limit), MAX_PAGE)
        rows = await self._ask(query, _page, limit + 1)
        infos = tuple(to_info(row) for row in rows[:limit])
        return Page(infos, page_token(infos[-1]) if len(rows) > limit else None)

    async def window(self, query: Query, first: int, count: int) -> Window:
        """See `StreamStore.window`."""
        return await self._look(query, first, count, ())

    async def windows(self, query: Query, first: int, count: int) -> AsyncGenerator[Window, None]:
        """See `StreamStore.windows`."""
        version, told = None, None
        while True:
            began = time.monotonic()
            # Asked before the look: a commit that comes between is seen at the next one.
            async with self._turn:
                newest = await self._database.version()
            if newest != version:
                version = newest
                window = await self._look(query, first, count, told.streams if told else ())
                took = time.monotonic() - began
                if window != told:
                    told = window
                    yield window
            await asyncio.sleep(max(_PAUSE, _REST * took))

    async def _look(
        self, query: Query, first: int, count: int, known: tuple[StreamInfo, ...]
    ) -> Window:
        """Read a window; of what is known, only what has changed."""
        size = min(max(0, count), MAX_PAGE)
        rows = await self._ask(query, _window, size, max(0, first))
        infos = {info.id: info for info in known}
        shown = {row["id"]: (row["revision"], row["length"]) for row in rows if row["id"]}
        new = [
            stream_id
            for stream_id, state in shown.items()
            if (info := infos.get(stream_id)) is None or (info.revision, info.length) != state
        ]
        if new:
            marks = ", ".join("?" * len(new))
            sql = f"SELECT {SUMMARY} FROM stream_infos WHERE id IN ({marks})"
            infos |= {row["id"]: to_info(row) for row in await self._in_turn(sql, new)}
        # One that was deleted between the two reads is missing; the next look sees that.
        found = tuple(infos[stream_id] for stream_id in shown if stream_id in infos)
        return Window(rows[0]["total"], max(0, first), found)

    async def _ask(
        self, query: Query, statement: Callable[[Matching], str], *params: int
    ) -> list[sqlite3.Row]:
        check_search(query.search)
        words, found = expression(query.search, query.root), None
        by_index = words is not None and await self._catch_up()
        # Whoever types or scrolls fast asks and cancels many times: these wait here, and in no
        # thread. What a search has found is the connection's, until the next.
        async with self._turn:
            if words is not None and by_index:
                found = await self._database.lists.look(partial(seek, words=words))
            streams = matching(query, found)
            return await self._database.browse(statement(streams), [*streams.params, *params])

    async def _in_turn(self, sql: str, params: Sequence[Any]) -> list[sqlite3.Row]:
        async with self._turn:
            return await self._database.browse(sql, params)


def _page(streams: Matching) -> str:
    return f"""
    SELECT {SUMMARY} FROM stream_infos WHERE id IN (
      SELECT id {streams.sql} ORDER BY created_at DESC, id DESC LIMIT ?
    ) ORDER BY created_at DESC, id DESC
    """


def _window(streams: Matching) -> str:
    # What no index has in order is looked for once.
    materialized = "NOT MATERIALIZED" if streams.in_order else "MATERIALIZED"
    return f"""
    WITH matching AS {materialized} (SELECT id, created_at {streams.sql})
    SELECT total, shown.* FROM (SELECT count(*) AS total FROM matching)
    LEFT JOIN (
      SELECT id, infos.created_at, revision, length
      FROM (SELECT id FROM matching ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?)
      JOIN stream_infos infos USING (id)
    ) shown
    ORDER BY created_at DESC, id DESC
    """
