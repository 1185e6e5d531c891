"""What the tests do with a store."""

from nb_persistent_stream.protocol import Piece, place
from nb_persistent_stream.store import NewStream


async def begin(store, stream_id="one", **new):
    lease = await store.create(NewStream(id=stream_id, driver="driver", **new))
    await store.start(lease)
    return lease


async def say(store, lease, *texts, offset=0):
    deltas = list(place([Piece(text) for text in texts], offset))
    await store.append(lease, deltas)
    return deltas[-1].end


async def body(store, stream_id="one", offset=0):
    deltas = []
    while more := await store.read(stream_id, offset):
        deltas += more
        offset = more[-1].end
    return deltas
