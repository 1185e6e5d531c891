"""A finished stream as a model's pace leaves it, a row a delta: `finished DELTAS SIZE`; its id."""

import asyncio
import json
import sys

from benchmarks.stamps import stamped
from nb_persistent_stream.config import load
from nb_persistent_stream.protocol import Delta, Report, Status
from nb_persistent_stream.store import NewStream, SqliteStore


async def main() -> None:
    deltas, size = int(sys.argv[1]), int(sys.argv[2])
    store = await SqliteStore.open(load().file)
    lease = await store.create(NewStream("finished", "driver"))
    await store.start(lease)
    body = [Delta(n * size, stamped().ljust(size)[:size]) for n in range(deltas)]
    await store.append(lease, body)
    await store.finish(lease, Status.DONE, Report())
    await store.close()
    print(json.dumps(lease.stream_id))


asyncio.run(main())
