"""What programs make and append over HTTP, as the store keeps it."""

import asyncio

import pytest

from nb_persistent_stream.errors import InvalidInput, StreamFenced, StreamNotFound
from nb_persistent_stream.protocol import Status, text_of
from nb_persistent_stream.store import (
    LeaseWatch,
    NewParts,
    NewResource,
    Producer,
    Query,
    Reason,
    Refused,
)

from .acts import begin, body, say

TEXT, BYTES, JSON = "text/plain", "application/octet-stream", "application/json"
EURO = "€".encode()


@pytest.fixture
def clock():
    class Clock:
        now = 1_000_000_000.0

        def __call__(self):
            return self.now

    return Clock()


@pytest.fixture
async def store(open_store, clock):
    return await open_store(clock=clock)


@pytest.fixture
def resources(store):
    return store.resources


async def make(resources, stream_id="one", content_type=TEXT, *parts, **more):
    resource, _ = await resources.create(NewResource(stream_id, content_type, parts, **more))
    return resource


def parts(*data, content_type=TEXT, **more):
    return NewParts(content_type, data, **more)


async def everything(resources, stream_id="one"):
    """The bytes of a stream, as a reader over HTTP gets them."""
    resource, data = await resources.get(stream_id), b""
    while len(data) < resource.info.length:
        for delta in await resources.read(stream_id, len(data)):
            data += delta.raw[len(data) - delta.offset :]
    return data + resource.tail


class TestAsAnyOther:
    async def test_it_streams_until_it_is_closed_and_is_done_then(self, store, resources):
        await make(resources, "one", TEXT, b"Hello ")
        info = await store.info("one")
        assert (info.status, info.driver, info.length) == (Status.STREAMING, None, 6)
        await resources.append("one", parts(b"world", closes=True))
        info = await store.info("one")
        assert info.status is Status.DONE
        assert info.finished_at is not None
        assert text_of(await body(store)) == "Hello world"

    async def test_it_is_listed_found_and_followed(self, store, resources):
        await make(resources, "over-http")
        assert [i.id for i in (await store.find(Query(search="over-http"))).streams] == [
            "over-http"
        ]
        assert (await store.window(Query(), 0, 9)).total == 1

        async def read():
            return [batch async for batch in store.follow("over-http")]

        reading = asyncio.create_task(read())
        await resources.append("over-http", parts(b"a"))
        await resources.append("over-http", parts(b"b", closes=True))
        batches = await reading
        assert "".join(text_of(batch.deltas) for batch in batches) == "ab"
        assert batches[-1].info.status is Status.DONE

    async def test_nobody_beats_for_it_and_it_does_not_time_out(self, store, resources, clock):
        await make(resources)
        watch = LeaseWatch(store, 1.0, clock)
        for _ in range(5):
            clock.now += 0.9
            assert await watch.sweep() == []
        assert (await store.info("one")).status is Status.STREAMING

    async def test_a_stop_ends_it_at_once(self, store, resources):
        await make(resources)
        assert (await store.request_cancel("one")).status is Status.CANCELLED
        with pytest.raises(Refused, match="has ended") as caught:
            await resources.append("one", parts(b"late"))
        assert caught.value.reason is Reason.CLOSED

    async def test_no_driver_can_take_it(self, store, resources):
        await make(resources)
        with pytest.raises(StreamFenced):
            await store.claim("one", "driver", 1)

    async def test_a_drivers_stream_is_its_own(self, store, resources):
        lease = await begin(store)
        with pytest.raises(Refused, match="written by a driver") as caught:
            await resources.append("one", parts(b"{}", content_type=JSON))
        assert caught.value.reason is Reason.HELD
        await say(store, lease, "still mine")


class TestBytes:
    @pytest.mark.parametrize("content_type", [TEXT, BYTES])
    async def test_nothing_is_lost_wherever_it_is_cut(self, store, resources, content_type):
        data = ("añb€🎉" * 3).encode() + b"\xff\xc3(\xed\xa0\x80" + "🎉€".encode() + b"\xf0\x9f"
        await make(resources, "one", content_type)
        for n in range(len(data)):
            await resources.append("one", parts(data[n : n + 1], content_type=content_type))
            assert await everything(resources) == data[: n + 1]
        text = "".join(delta.text for delta in await body(store))
        if content_type == TEXT:
            assert text == "añb€🎉" * 3 + "??(???" + "🎉€"  # what is only begun is not shown yet

    async def test_a_character_that_comes_in_parts_is_one_to_a_watcher(self, store, resources):
        await make(resources)
        watcher = store.follow("one")
        await anext(watcher)
        for data in (b"1", EURO[:1], EURO[1:2], EURO[2:] + b"2"):
            await resources.append("one", parts(data))
        await resources.append("one", parts(closes=True))
        texts = [delta.text async for batch in watcher for delta in batch.deltas]
        assert "".join(texts) == "1€2"

    async def test_much_at_once_is_many_deltas(self, store, resources):
        data = "ü".encode() * 200_000
        await make(resources, "one", TEXT, data)
        deltas = await body(store)
        assert max(len(delta.raw) for delta in deltas) <= 64 * 1024
        assert b"".join(delta.raw for delta in deltas) == data

    async def test_messages_are_kept_as_they_came(self, store, resources):
        messages = (b'{"a":  1.0}', b'"\\ud800"', b"[1,[]]", b"1e400")
        await make(resources, "one", JSON, *messages)
        deltas = await body(store)
        assert tuple(delta.raw for delta in deltas) == messages
        assert {delta.kind for delta in deltas} == {"json"}


class TestProducers:
    async def append(self, resources, number, data=b"x", epoch=0, **more):
        producer = Producer("p", epoch, number)
        return await resources.append("one", parts(data, producer=producer, **more))

    async def test_an_append_is_done_once(self, resources):
        await make(resources)
        for sequence in (0, 1, 1, 0, 1, 2):
            await self.append(resources, sequence, f"{sequence}".encode())
        assert await everything(resources) == b"012"

    async def test_of_those_at_once_each_is_done_once(self, open_store, resources):
        await make(resources)
        others = [await open_store() for _ in range(3)]
        for sequence in range(5):
            appends = [self.append(other.resources, sequence) for other in others]
            repeated = [appended.repeated for appended in await asyncio.gather(*appends)]
            assert sorted(repeated) == [False, True, True]
        assert await everything(resources) == b"xxxxx"

    async def test_a_gap_a_stale_and_a_late_epoch_change_nothing(self, resources):
        await make(resources)
        await self.append(resources, 0)
        await self.append(resources, 0, epoch=2)
        with pytest.raises(Refused) as caught:
            await self.append(resources, 1, epoch=1)
        assert (caught.value.reason, caught.value.facts) == (Reason.STALE_EPOCH, {"epoch": 2})
        with pytest.raises(Refused) as caught:
            await self.append(resources, 5, epoch=2)
        assert caught.value.facts == {"expected": 1, "received": 5}
        with pytest.raises(InvalidInput, match="begins with 0"):
            await self.append(resources, 1, epoch=3)
        assert await everything(resources) == b"xx"

    async def test_what_is_refused_for_another_reason_is_not_noted_as_done(self, resources):
        await make(resources)
        await self.append(resources, 0, sequence="b")
        with pytest.raises(Refused) as caught:
            await self.append(resources, 1, sequence="a")
        assert caught.value.reason is Reason.SEQUENCE
        assert not (await self.append(resources, 1, sequence="c")).repeated
        assert await everything(resources) == b"xx"


class TestExpiry:
    async def test_it_is_gone_at_its_time(self, store, resources, clock):
        await make(resources, expires_at=clock.now + 10)
        clock.now += 9
        await resources.get("one", touch=True)
        clock.now += 1
        with pytest.raises(StreamNotFound):
            await resources.get("one")
        with pytest.raises(StreamNotFound):
            await resources.append("one", parts(b"late"))
        with pytest.raises(StreamNotFound):
            await store.delete("one")

    async def test_reads_and_writes_put_it_off_and_a_look_does_not(self, resources, clock):
        await make(resources, ttl=10)
        for act in (
            lambda: resources.get("one", touch=True),
            lambda: resources.append("one", parts(b"x")),
        ):
            clock.now += 9
            await act()
        clock.now += 9
        await resources.get("one")
        clock.now += 1
        with pytest.raises(StreamNotFound):
            await resources.get("one")

    async def test_a_sweep_deletes_what_nobody_asks_for(self, store, resources, clock):
        await make(resources, "one", TEXT, b"text", ttl=10)
        await make(resources, "stays")
        await resources.sweep()
        assert len(await store.live()) == 2
        clock.now += 10
        await resources.sweep()
        assert [info.id for info in await store.live()] == ["stays"]

    async def test_its_id_is_free_again(self, store, resources, clock):
        await make(resources, "one", TEXT, b"old", ttl=1)
        clock.now += 1
        await make(resources, "one", TEXT, b"new")
        assert await everything(resources) == b"new"
