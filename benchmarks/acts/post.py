"""A driver of the Durable Streams peer: `post PORT PATH COUNT RATE`, one append a delta."""

import asyncio
import sys
import time

import httpx

from benchmarks.stamps import stamped


async def main() -> None:
    port, path, count, rate = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        start = time.monotonic()
        for number in range(count):
            if (pause := start + number / rate - time.monotonic()) > 0:
                await asyncio.sleep(pause)
            answer = await client.post(
                path, content=stamped(), headers={"Content-Type": "text/plain"}
            )
            answer.raise_for_status()


asyncio.run(main())
