"""Who stops reading stops the source; who reads slowly slows it down."""

import asyncio
import gc
import threading
from types import AsyncGeneratorType

import pytest
from openai import AsyncOpenAI

from nb_persistent_stream.sources import iterable_source
from nb_persistent_stream.sources.handoff import _MOST_BYTES as MOST_BYTES
from nb_persistent_stream.sources.handoff import Abandoned, Handoff
from nb_persistent_stream.sources.unread import ended

from ..waiting import eventually
from .serving import begin, hung_up, send, serving
from .threads import Flag

LIMIT = 4


class Numbers:
    """Endless text; tells when it is closed."""

    def __init__(self):
        self.closed = Flag()

    def sync(self):
        try:
            while True:
                yield "x"
        finally:
            self.closed.set()

    async def asynchronous(self):
        try:
            while True:
                yield "x"
        finally:
            self.closed.set()

    async def silent(self):
        try:
            yield "x"
            await asyncio.Event().wait()
        finally:
            self.closed.set()


@pytest.mark.parametrize("kind", ["sync", "asynchronous", "silent"])
@pytest.mark.parametrize("call", [True, False], ids=["function", "generator"])
async def test_closing_closes_the_generator(kind, call):
    numbers = Numbers()
    make = getattr(numbers, kind)
    events = iterable_source(make if call else make()).open()
    await anext(events)
    await events.aclose()
    await numbers.closed.wait()


async def test_closing_cancels_what_is_awaited():
    started, cancelled = Flag(), Flag()

    async def never():
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    events = iterable_source(never).open()
    reading = asyncio.create_task(anext(events))
    await started.wait()
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    await cancelled.wait()


class Response:
    """An iterable that is no iterator and has something to close, as the SDK's streams."""

    def __init__(self):
        self.closed = Flag()

    def __iter__(self):
        while True:
            yield "x"

    def close(self):
        self.closed.set()


class AsyncResponse:
    def __init__(self):
        self.closed = Flag()

    async def __aiter__(self):
        while True:
            yield "x"

    async def close(self):
        self.closed.set()


@pytest.mark.parametrize("make", [Response, AsyncResponse])
@pytest.mark.parametrize("call", [True, False], ids=["function", "open"])
async def test_closing_closes_a_response(make, call):
    response = make()
    events = iterable_source((lambda: response) if call else response).open()
    await anext(events)
    await events.aclose()
    await response.closed.wait()


async def test_a_file_is_closed_at_its_end(tmp_path):
    (tmp_path / "a.txt").write_text("one\ntwo\n")
    file = (tmp_path / "a.txt").open()
    said = [event.text async for event in iterable_source(file).open()]
    assert "".join(said) == "one\ntwo\n"
    assert file.closed


async def test_a_producer_that_is_too_fast_waits():
    handoff, taken, leads = Handoff(LIMIT), 0, []

    def produce():
        for number in range(500):
            handoff.put(number)
            leads.append(number + 1 - taken)
        handoff.end()

    thread = threading.Thread(target=produce)
    thread.start()
    async for number in handoff:
        assert number == taken
        taken += 1
        await asyncio.sleep(0)
    thread.join()
    assert taken == 500
    # One more than the limit: the consumer makes room before it counts.
    assert max(leads) <= LIMIT + 1


async def test_what_waits_is_bounded_by_its_bytes_too():
    """A source that is read for nobody is not read further than a bound, and one item."""
    item, read = 64 * 1024, []

    def source():
        for _ in range(100):
            read.append(item)
            yield "ü" * (item // 2)

    events = iterable_source(source()).open()
    first = await anext(events)
    await eventually(lambda: sum(read) > MOST_BYTES)
    await asyncio.sleep(0.1)  # in which it would go on
    assert sum(read) <= MOST_BYTES + 3 * item
    rest = [event.text async for event in events]
    assert sum(len(text.encode()) for text in [first.text, *rest]) == 100 * item == sum(read)


async def test_an_async_producer_that_is_too_fast_waits_and_its_loop_goes_on():
    handoff, ahead = Handoff(LIMIT), []

    async def produce():
        for number in range(20):
            await handoff.put_async(number)
            ahead.append(number)
        handoff.end()

    producing = asyncio.create_task(produce())
    await eventually(lambda: len(ahead) == LIMIT)
    await asyncio.sleep(0)
    assert len(ahead) == LIMIT
    assert [number async for number in handoff] == list(range(20))
    await producing


async def test_a_producer_that_waits_for_room_is_let_go_when_nobody_reads():
    handoff, gone, waits = Handoff(1), Flag(), Flag()

    def produce():
        handoff.put(1)
        waits.set()
        with pytest.raises(Abandoned):
            handoff.put(2)
        gone.set()

    threading.Thread(target=produce).start()
    await waits.wait()
    handoff.abandon()
    await gone.wait()


async def test_no_generator_of_an_sdk_outlives_a_stream_that_is_not_read_whole():
    """What the collector finds on another thread it may end while it runs here."""

    def answer(handler):
        begin(handler)
        send(handler, *['data: {"type": "response.output_text.delta", "delta": "x"}\n\n'] * 2)
        assert hung_up(handler)

    def left():
        generators = (o for o in gc.get_objects() if isinstance(o, AsyncGeneratorType))
        return [g for g in generators if g.ag_frame and "openai" in g.ag_code.co_filename]

    gc.collect()
    gc.disable()
    try:
        with serving(answer) as url:
            async with AsyncOpenAI(base_url=url, api_key="none") as client:
                items = await client.responses.create(model="m", input="x", stream=True)
                async with ended(items):
                    await anext(items)
                    assert left()
                await eventually(lambda: not left())
    finally:
        gc.enable()
