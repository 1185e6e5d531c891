"""Paced text that nobody streams: `idle_words COUNT RATE THREADS`; prints what it costs."""

import asyncio
import json
import sys
import threading
import time

from benchmarks.stamps import paced


async def read(count: int, rate: float) -> None:
    async for _ in paced(count, rate):
        pass


def main() -> None:
    count, rate = int(sys.argv[1]), float(sys.argv[2])
    cpu = time.process_time()
    threads = [
        threading.Thread(target=lambda: asyncio.run(read(count, rate)))
        for _ in range(int(sys.argv[3]))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({"cpu": time.process_time() - cpu}))


main()
