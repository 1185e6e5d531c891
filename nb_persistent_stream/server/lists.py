"""The list subscription: the part of a list that a page shows, kept up to date."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from ..errors import InvalidInput
from ..protocol import LIVE
from ..store import Query, StreamStore
from ..wire import list_message, summary_record
from .notebooks import Root

# More rows than any page shows at once.
_MOST_ROWS = 200
_MOST_FIRST = 1 << 53
_FILTERS: dict[str, type] = {"search": str, "notebook": str, "live": bool}


async def list_messages(
    store: StreamStore, root: Root, request: Mapping[str, Any]
) -> AsyncGenerator[dict[str, Any], None]:
    """What a page is told that asked for a list: its window now, and after each change.

    Raises:
        InvalidInput: it asked for what is no list.
    """
    query = _query(request.get("query", {}), root)
    first = _whole(request, "first", 0, _MOST_FIRST)
    count = _whole(request, "count", 50, _MOST_ROWS)
    async with aclosing(store.windows(query, first, count)) as windows:
        async for window in windows:
            now = time.time()
            streams = [
                summary_record(info, now, root.path(info.provenance.notebook))
                for info in window.streams
            ]
            yield list_message(window.total, window.first, streams)


def _query(asked: object, root: Root) -> Query:
    if not isinstance(asked, dict):
        raise InvalidInput(f"query is {asked!r}. Give an object, such as {{}} for all streams.")
    for name, value in asked.items():
        if not isinstance(value, _FILTERS.get(name, ())):
            raise InvalidInput(
                f"query has {name!r}: {value!r}. It takes search (text), notebook (a path) and "
                "live (true or false)."
            )
    notebook = asked.get("notebook")
    return Query(
        statuses=LIVE if asked.get("live") else (),
        notebook=None if notebook is None else root.file(notebook),
        search=asked.get("search", ""),
        root=root.prefix,
    )


def _whole(request: Mapping[str, Any], name: str, default: int, most: int) -> int:
    value = request.get(name, default)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most:
        return value
    raise InvalidInput(f"{name} is {value!r}. Give a whole number from 0 to {most}.")
