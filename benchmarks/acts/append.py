"""Appends of a delta each to a body that is long already: `append BYTES COUNT`; seconds of CPU."""

import asyncio
import json
import sys
import time

from benchmarks.stamps import stamped
from nb_persistent_stream.config import load
from nb_persistent_stream.protocol import Delta
from nb_persistent_stream.store import NewStream, SqliteStore

AT_ONCE = 1000


async def main() -> None:
    size, count = int(sys.argv[1]), int(sys.argv[2])
    store = await SqliteStore.open(load().file)
    lease = await store.create(NewStream("grows", "driver"))
    await store.start(lease)
    end, text = 0, stamped()
    while end < size:
        deltas = [Delta(end + n * len(text), text) for n in range(AT_ONCE)]
        deltas = [delta for delta in deltas if delta.offset < size]
        await store.append(lease, deltas)
        end = deltas[-1].end
    cpu = time.process_time()
    for number in range(count):
        await store.append(lease, [Delta(end + number * len(text), text)])
    print(json.dumps(time.process_time() - cpu))
    await store.close()


asyncio.run(main())
