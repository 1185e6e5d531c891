"""In a kernel: a model that says a thousand deltas, and what its stream asks of loop and store."""

import json
import time
from collections import Counter

from nb_persistent_stream import stream
from nb_persistent_stream.kernel.runtime import runtime, settings
from nb_persistent_stream.protocol import Piece, Report
from nb_persistent_stream.sources import Source, models

DELTAS = 1000
TEXT = "quick " * DELTAS


async def at_once():
    """Say all in one turn of the loop."""
    for _ in range(DELTAS):
        yield Piece("quick ")


async def word_by_word():
    """Say each delta when the one before is stored."""
    for _ in range(DELTAS):
        yield Piece("quick ")
        await _stored(but=0)


async def as_models_do():
    """The same where the space comes first, so that a word waits for the next."""
    for _ in range(DELTAS):
        yield Piece(" quick")
        await _stored(but=len("quick"))


async def _stored(but):
    """Wait until no more than some bytes of what was said wait for the store."""
    [driver] = runtime().drivers.values()
    writer = driver._writer
    while writer._unsaved > but:
        writer._saved.clear()
        await writer._saved.wait()


def count(say):
    """The costs of one stream, from the cell to the end."""
    models.ADAPTERS["counted"] = lambda _: Source(lambda: _answer(say), "counted", "m")
    counts, stops = Counter(), []
    loop = runtime().loop
    for owner, name, what in (
        (loop._selector, "select", "turn"),
        (loop, "create_task", "task"),
        (loop, "call_at", "timer"),
    ):
        stops.append(_count_calls(owner, name, lambda what=what: counts.update([what])))

    def note(statement):
        if "beat + 1" not in statement:  # those come by time
            counts.update(["statement"])

    runtime().call(_trace(note))
    begin = time.monotonic()
    try:
        stream("x", model="m", api="counted").result()
    finally:
        for stop in stops:
            stop()
        runtime().call(_trace(None))
    print(json.dumps(counts | {"seconds": time.monotonic() - begin}))


async def _answer(say):
    async for piece in say():
        yield piece
    yield Report(finish_reason="stop")


def _count_calls(owner, name, note):
    """Note each call of a method; gives what ends that."""
    act = getattr(owner, name)
    setattr(owner, name, lambda *args, **options: (note(), act(*args, **options))[1])
    return lambda: delattr(owner, name)


async def _trace(note):
    database = (await runtime().store(settings()))._database
    for db in (database.writer, database.reader):
        await db.set_trace_callback(note)
