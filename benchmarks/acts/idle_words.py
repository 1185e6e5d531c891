"""Paced text that nobody streams: `idle_words COUNT RATE STREAMS [model]`; prints what it costs.

Each stream's is on a thread of its own; that of models is all on one loop.
"""

import asyncio
import json
import sys
import threading
import time

from benchmarks.stamps import paced


async def read(count: int, rate: float) -> None:
    async for _ in paced(count, rate):
        pass


async def read_all(count: int, rate: float, streams: int) -> None:
    await asyncio.gather(*(read(count, rate) for _ in range(streams)))


def main() -> None:
    count, rate, streams = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    loops, each = (1, streams) if sys.argv[4:] == ["model"] else (streams, 1)
    cpu = time.process_time()
    threads = [
        threading.Thread(target=lambda: asyncio.run(read_all(count, rate, each)))
        for _ in range(loops)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({"cpu": time.process_time() - cpu}))


main()
