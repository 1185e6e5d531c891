"""How soon a list of many streams is there, and a search through them."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from nb_persistent_stream.store import Query, SqliteStore

from ..processes import measured
from ..table import Row, percentile

STREAMS, SIZE, ROUNDS = 100_000, 10_000, 20
ASKED = {
    "first page": (Query(), 15),
    "first page of one notebook": (Query(notebook="/books/book-7.ipynb"), 15),
    "search for a word of one stream": (Query(search="47110"), 50),
    "search for a word of 1 % of them": (Query(search="hundredth"), 50),
    "search for a word of nearly all": (Query(search="kaiz"), 50),
    "search for two words": (Query(search="question moov"), 50),
    "search for what is nowhere": (Query(search="nowhere"), 50),
}
# For how many seconds the index of words is waited for.
PATIENCE = 3600


def rows() -> Iterator[Row]:
    """The median time that a store of a gigabyte takes to answer."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "s.db"
        measured("fill", STREAMS, SIZE, env={"NB_STREAM_STORE": str(path)})
        for what, seconds in asyncio.run(_ask(path)).items():
            most = ASKED[what][1]
            took = 1000 * seconds
            yield Row(
                f"{what}, {STREAMS:,} streams of {SIZE:,} bytes", "ms", took, goal=f"≤ {most}",
                met=took <= most,
            )  # fmt: skip


async def _ask(path: Path) -> dict[str, float]:
    store = await SqliteStore.open(path)
    await store.indexing.catch_up(PATIENCE)
    took: dict[str, list[float]] = {what: [] for what in ASKED}
    for _ in range(ROUNDS):
        for what, (query, _goal) in ASKED.items():
            begin = time.perf_counter()
            await store.find(query)
            took[what].append(time.perf_counter() - begin)
    await store.close()
    return {what: percentile(seconds, 0.5) for what, seconds in took.items()}
