"""A driver that says stamped text at a pace: `say COUNT RATE STREAMS`.

Prints the streams' ids first, begins when it reads a line, and prints what it cost at the end.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator

from benchmarks.stamps import paced
from nb_persistent_stream import stream


async def words(count: int, rate: float, begin: asyncio.Event) -> AsyncIterator[str]:
    while not begin.is_set():  # noqa: ASYNC110  (set by another thread)
        await asyncio.sleep(0.01)
    async for word in paced(count, rate):
        yield word


def main() -> None:
    count, rate, streams = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    begin = asyncio.Event()
    handles = [stream(words(count, rate, begin), show=False) for _ in range(streams)]
    print(json.dumps([handle.id for handle in handles]), flush=True)
    sys.stdin.readline()
    cpu, start = time.process_time(), time.monotonic()
    begin.set()
    for handle in handles:
        handle.result()
    print(json.dumps({"cpu": time.process_time() - cpu, "wall": time.monotonic() - start}))


main()
