"""Where sources run: people's code apart, what is open on a loop on that loop."""

import asyncio
import threading

import pytest
from openai import AsyncOpenAI

from nb_persistent_stream.errors import SourceFailed
from nb_persistent_stream.protocol import Piece
from nb_persistent_stream.sources import iterable_source

from .reading import events_of, read
from .threads import PATIENCE


def texts(events):
    return [event.text for event in events if isinstance(event, Piece)]


async def elsewhere(source):
    """Read a source on another thread's loop, as a driver does."""
    return await asyncio.to_thread(asyncio.run, events_of(source))


class Open:
    """An async iterable that is open on the loop it was made in, as a response is."""

    def __init__(self, count=3):
        self.loop = asyncio.get_running_loop()
        self.left = count
        self.closed_on = None

    def __aiter__(self):
        return self

    async def __anext__(self):
        assert asyncio.get_running_loop() is self.loop
        if not self.left:
            raise StopAsyncIteration
        self.left -= 1
        return "x"

    async def aclose(self):
        self.closed_on = asyncio.get_running_loop()


async def test_a_source_that_blocks_holds_up_no_other():
    told = threading.Event()

    def waits():
        yield "waits"
        assert told.wait(PATIENCE)
        yield "told"

    def tells():
        yield "tells"
        told.set()

    first, second = await asyncio.gather(read(waits()), read(tells()))
    assert ("".join(texts(first)), texts(second)) == ("waitstold", ["tells"])


@pytest.mark.parametrize("call", [True, False], ids=["function", "generator"])
async def test_an_async_generator_that_blocks_holds_up_no_loop(call):
    told = threading.Event()

    async def waits():
        assert told.wait(PATIENCE)
        yield "told"

    reading = asyncio.create_task(read(waits if call else waits()))
    await asyncio.to_thread(lambda: None)  # the loop still turns
    told.set()
    assert texts(await reading) == ["told"]


def test_an_async_generator_is_read_where_no_loop_runs():
    async def says():
        yield "a"

    assert texts(asyncio.run(events_of(iterable_source(says())))) == ["a"]


def test_an_async_iterable_is_read_where_no_loop_runs():
    class Says:
        async def __aiter__(self):
            yield "a"

    assert texts(asyncio.run(events_of(iterable_source(Says())))) == ["a"]


async def test_what_is_open_on_a_loop_is_read_and_closed_there():
    opened = Open()
    assert "".join(texts(await elsewhere(iterable_source(opened)))) == "xxx"
    assert opened.closed_on is asyncio.get_running_loop()


async def test_an_open_stream_of_the_sdk_is_read_on_its_loop(aimock):
    async with AsyncOpenAI(base_url=f"{aimock.url}/v1", api_key="sk-test") as client:
        answer = await client.chat.completions.create(
            model="m", messages=[{"role": "user", "content": "plain answer"}], stream=True
        )
        said = await elsewhere(iterable_source(answer))
        expected = aimock.response("plain answer")["content"]
        whole = "".join(e.text for e in said if isinstance(e, Piece) and e.kind == "text")
        assert whole.encode("utf-16", "surrogatepass").decode("utf-16") == expected
        assert answer.response.is_closed


def test_a_loop_that_ends_ends_its_sources_with_an_error():
    class Never(Open):
        async def __anext__(self):
            reached.set()
            await asyncio.Event().wait()

    async def opens():
        source = iterable_source(Never())
        thread = threading.Thread(target=reads, args=(source,))
        thread.start()
        await asyncio.to_thread(reached.wait, PATIENCE)
        return thread

    def reads(source):
        try:
            asyncio.run(events_of(source))
        except Exception as error:
            errors.append(error)

    reached, errors = threading.Event(), []
    asyncio.run(opens()).join(PATIENCE)
    assert "event loop" in str(errors[0])


async def test_a_source_that_cancels_itself_ends_with_an_error():
    async def gives_up():
        yield "a"
        raise asyncio.CancelledError

    with pytest.raises(SourceFailed, match="cancelled"):
        await asyncio.wait_for(read(gives_up()), PATIENCE)
