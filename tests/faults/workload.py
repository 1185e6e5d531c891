"""Streams that are written and watched on a recorded disk: `python -m ... FOLDER HOW OUT`."""

import asyncio
import pickle
import sys
from pathlib import Path

from nb_persistent_stream.protocol import Piece, Report, Status, place
from nb_persistent_stream.store import NewStream, Query, SqliteStore, journal

from ..waiting import eventually
from . import power

STREAMS, TURNS = 3, 40


def said(stream, turn):
    """What a stream says at a turn; of any size, so that commits are of any."""
    return f"{stream}:{turn}ö " * (1 + (turn * 7 + stream * 13) % 60) ** 2


async def write(store, stream):
    lease = await store.create(NewStream(f"s{stream}", "driver"))
    await store.start(lease)
    offset = 0
    for turn in range(TURNS):
        deltas = list(place([Piece(said(stream, turn))], offset))
        await store.append(lease, deltas)
        offset = deltas[-1].end
        await asyncio.sleep(0.03 if turn % 5 else 0)
    await store.finish(lease, Status.DONE, Report())


async def is_there(store, stream):
    return (await store.find(Query(search=f"s{stream}"))).streams


async def watch(store, stream, log):
    """Log what a watcher has been shown, as soon as it is."""
    await eventually(lambda: is_there(store, stream))
    async for batch in store.follow(f"s{stream}"):
        if batch.deltas:
            log.append(("seen", f"s{stream}", batch.deltas[-1].end))
        if batch.info and batch.info.status.final:
            log.append(("ended", f"s{stream}"))


async def main(folder, how, log):
    durability = "normal" if how == "normal" else "full"
    if how == "journal":
        journal.network_disk = lambda path: "nfs"
    path = Path(folder) / "streams.db"
    store = await SqliteStore.open(path, durability)
    elsewhere = await SqliteStore.open(path, durability)
    # Often, so that the power also fails while the log is copied into the database.
    await store._database.writer.execute("PRAGMA wal_autocheckpoint = 40")
    await asyncio.gather(
        *(write(store, n) for n in range(STREAMS)),
        *(watch(elsewhere, n, log) for n in range(STREAMS)),
    )
    await elsewhere.close()
    await store.close()


if __name__ == "__main__":
    events = []
    power.record(events)
    asyncio.run(main(sys.argv[1], sys.argv[2], events))
    Path(sys.argv[3]).write_bytes(pickle.dumps(events))
