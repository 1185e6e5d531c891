"""A driver that says stamped text at a pace: `say COUNT RATE STREAMS [model]`.

Prints the streams' ids first, begins when it reads a line, and prints what it cost at the end. The
text comes from people's generators, each on a thread of its own; from a `model` it comes as an
SDK's answer does, on the kernel's own loop.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator
from typing import cast

from benchmarks.stamps import paced
from nb_persistent_stream import stream
from nb_persistent_stream.sources import Adapter, Event, Piece, Report, Source
from nb_persistent_stream.sources.models import ADAPTERS


async def words(count: int, rate: float, begin: asyncio.Event) -> AsyncIterator[str]:
    while not begin.is_set():  # noqa: ASYNC110  (set by another thread)
        await asyncio.sleep(0.01)
    async for word in paced(count, rate):
        yield word


async def answer(said: AsyncIterator[str]) -> AsyncGenerator[Event, None]:
    async for word in said:
        yield Piece(word)
    yield Report(finish_reason="stop")


def main() -> None:
    count, rate, streams = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    begin = asyncio.Event()
    # An adapter of another package would be found by its entry point.
    cast("dict[str, Adapter]", ADAPTERS)["paced"] = lambda _: Source(
        lambda: answer(words(count, rate, begin)), provider="paced"
    )
    if sys.argv[4:] == ["model"]:
        handles = [stream("x", model="m", api="paced", show=False) for _ in range(streams)]
    else:
        handles = [stream(words(count, rate, begin), show=False) for _ in range(streams)]
    print(json.dumps([handle.id for handle in handles]), flush=True)
    sys.stdin.readline()
    cpu, start = time.process_time(), time.monotonic()
    begin.set()
    for handle in handles:
        handle.result()
    print(json.dumps({"cpu": time.process_time() - cpu, "wall": time.monotonic() - start}))


main()
