"""A store of many finished streams: `fill STREAMS BYTES`; prints nothing but that it is done."""

import asyncio
import random
import sys

from nb_persistent_stream.config import load
from nb_persistent_stream.ids import new_id
from nb_persistent_stream.protocol import Delta, Provenance, Report, Status
from nb_persistent_stream.store import NewStream, SqliteStore

AT_ONCE = 200
WORDS = [f"{a}{b}{c}" for a in "bdfgklmn" for b in ("ai", "o", "u", "ee") for c in "prstvxyz"]


async def fill(store: SqliteStore, number: int, size: int) -> None:
    said = random.Random(number)
    prompt = f"question {number} about {said.choice(WORDS)}"
    notebook = f"/books/book-{number % 500}.ipynb"
    provenance = Provenance(prompt=prompt, model="model", notebook=notebook)
    tags = () if number % 100 else ("hundredth",)
    lease = await store.create(NewStream(new_id(), "driver", tags=tags, provenance=provenance))
    await store.start(lease)
    text = " ".join(said.choices(WORDS, k=size // 5))[:size]
    await store.append(lease, [Delta(0, text)])
    await store.finish(lease, Status.DONE, Report(model="model"))


async def main() -> None:
    streams, size = int(sys.argv[1]), int(sys.argv[2])
    store = await SqliteStore.open(load().file, "normal")
    for start in range(0, streams, AT_ONCE):
        some = range(start, min(streams, start + AT_ONCE))
        await asyncio.gather(*(fill(store, number, size) for number in some))
    await store.close()
    print("true")


asyncio.run(main())
