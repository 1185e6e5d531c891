"""A body that is long at once, and then grows at a pace: `grow BYTES COUNT RATE`.

Prints the stream's id when so much of it is stored. Grows on when it reads a line, and prints the
seconds of CPU that this took. Ends when it reads another, and prints the memory that the body
takes, its text read once, over its length.
"""

import asyncio
import json
import os
import sys
import threading
import time
from collections.abc import AsyncGenerator
from typing import cast

from benchmarks.processes import memory
from benchmarks.stamps import prose
from nb_persistent_stream import Stream, stream
from nb_persistent_stream.sources import Adapter, Event, Piece, Report, Source
from nb_persistent_stream.sources.models import ADAPTERS

# How fast a body becomes long, in deltas a second: no faster than it is stored.
QUICK = 50_000


class Cues:
    """What the answer waits for, and what it tells."""

    def __init__(self) -> None:
        self.grow, self.grown, self.end = (threading.Event() for _ in range(3))


async def answer(size: int, count: int, rate: float, cues: Cues) -> AsyncGenerator[Event, None]:
    left = size
    async for word in prose(size, QUICK):
        yield Piece(word)
        left -= len(word)
        if left <= 0:
            break
    await asyncio.to_thread(cues.grow.wait)
    async for word in prose(count, rate):
        yield Piece(word)
    cues.grown.set()
    await asyncio.to_thread(cues.end.wait)
    yield Report(finish_reason="stop")


async def stored(handle: Stream, size: int) -> None:
    async for delta in handle.follow():
        if delta.end >= size:
            return


def main() -> None:
    size, count, rate = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    cues = Cues()
    # An adapter of another package would be found by its entry point.
    cast("dict[str, Adapter]", ADAPTERS)["grows"] = lambda _: Source(
        lambda: answer(size, count, rate, cues), provider="grows"
    )
    stream(iter(["word"]), show=False).result()  # all is imported and open
    before = memory(os.getpid())
    handle = stream("x", model="m", api="grows", show=False)
    asyncio.run(stored(handle, size))
    print(json.dumps(handle.id), flush=True)
    sys.stdin.readline()
    cpu = time.process_time()
    cues.grow.set()
    cues.grown.wait()
    print(json.dumps(time.process_time() - cpu), flush=True)
    sys.stdin.readline()
    cues.end.set()
    text = handle.result()
    print(json.dumps((memory(os.getpid()) - before) / len(text)))


main()
