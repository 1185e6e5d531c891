"""Forks share what they leave, and outlive it."""

import sqlite3
from contextlib import closing

import pytest

from nb_persistent_stream.errors import InvalidInput, StreamGone, StreamNotFound
from nb_persistent_stream.protocol import Report, Status, text_of
from nb_persistent_stream.store import Fork, NewResource, Query, Reason, Refused

from .acts import begin, body, say
from .test_resources import EURO, JSON, TEXT, everything, make, parts


@pytest.fixture
async def store(open_store):
    return await open_store()


@pytest.fixture
def resources(store):
    return store.resources


async def fork(resources, stream_id, source_id, offset=None, beyond=0, **more):
    return await make(resources, stream_id, None, fork=Fork(source_id, offset, beyond), **more)


def deltas_stored(path):
    with closing(sqlite3.connect(path)) as db:
        return [tuple(row) for row in db.execute("SELECT stream_id, offset, text FROM deltas")]


async def test_nothing_is_copied_but_the_begin_of_a_delta_that_is_cut(path, resources):
    await make(resources, "source", TEXT, b"first ")
    await resources.append("source", parts(b"second"))
    await fork(resources, "whole", "source")
    await fork(resources, "cut", "source", 0, beyond=9)
    assert await everything(resources, "whole") == b"first second"
    assert await everything(resources, "cut") == b"first sec"
    assert deltas_stored(path) == [
        ("cut", 6, "sec"),
        ("source", 0, "first "),
        ("source", 6, "second"),
    ]


async def test_it_goes_on_by_itself(store, resources):
    await make(resources, "source", TEXT, b"shared ")
    await fork(resources, "fork", "source")
    await resources.append("source", parts(b"theirs", closes=True))
    await resources.append("fork", parts(b"own"))
    assert await everything(resources, "fork") == b"shared own"
    info = await store.info("fork")
    assert (info.status, info.length) == (Status.STREAMING, 10)
    assert text_of(await body(store, "fork")) == "shared own"
    assert text_of(await body(store, "fork", 3)) == "red own"


async def test_forks_of_forks_are_read_across_all_boundaries(store, resources):
    await make(resources, "fork0", TEXT, b"0")
    for n in range(1, 8):
        await fork(resources, f"fork{n}", f"fork{n - 1}")
        await resources.append(f"fork{n}", parts(f"{n}".encode()))
        await resources.append(f"fork{n - 1}", parts(b"not seen"))
    assert await everything(resources, "fork7") == b"01234567"
    for start in range(9):
        assert text_of(await body(store, "fork7", start)) == "01234567"[start:]


@pytest.mark.parametrize("at", range(1, 8))
async def test_a_fork_within_a_character_loses_no_byte(resources, at):
    data = b"a" + EURO + "ü".encode() + EURO[:1]
    await make(resources, "source", TEXT, data)
    await fork(resources, "fork", "source", 0, beyond=at)
    assert await everything(resources, "fork") == data[:at]
    await resources.append("fork", parts(data[at:] + EURO[1:]))
    assert await everything(resources, "fork") == data + EURO[1:]


async def test_a_drivers_stream_is_gone_on_from(store, resources):
    lease = await begin(store, "answer")
    await say(store, lease, "It is ", "so.")
    await store.finish(lease, Status.DONE, Report())
    forked = await fork(resources, "fork", "answer", 0, beyond=1)
    assert (forked.content_type, forked.closed, forked.own) == (JSON, False, True)
    await resources.append("fork", parts(b'"not"', content_type=JSON))
    assert [delta.text for delta in await body(store, "fork")] == ["It is ", '"not"']


async def test_a_place_that_is_none_is_refused(resources):
    await make(resources, "source", JSON, b"[1]", b"[2]")
    for offset, beyond in [(7, 0), (6, 1), (0, 3), (1, 0), (1, 1)]:
        with pytest.raises(InvalidInput):
            await fork(resources, "fork", "source", offset, beyond)
    with pytest.raises(StreamNotFound):
        await resources.get("fork")


async def test_what_has_forks_is_out_of_sight_until_the_last_is_gone(store, path, resources):
    await make(resources, "source", TEXT, b"shared")
    await fork(resources, "fork", "source")
    await fork(resources, "its fork", "fork")
    await resources.delete("source")
    await resources.delete("fork")
    for stream_id in ("source", "fork"):
        with pytest.raises(StreamGone):
            await resources.get(stream_id)
        with pytest.raises(StreamGone):
            await resources.delete(stream_id)
        with pytest.raises(Refused) as caught:
            await make(resources, stream_id)
        assert caught.value.reason is Reason.EXISTS
        with pytest.raises(StreamNotFound):
            await store.info(stream_id)
    with pytest.raises(Refused) as caught:
        await fork(resources, "another", "source")
    assert caught.value.reason is Reason.SOURCE_DELETED
    assert [info.id for info in (await store.find(Query())).streams] == ["its fork"]
    assert (await store.window(Query(search="source"), 0, 9)).total == 0
    assert await everything(resources, "its fork") == b"shared"
    await store.delete("its fork")
    assert deltas_stored(path) == []
    await make(resources, "source")


async def test_a_driver_whose_stream_has_forks_is_told_of_its_deletion(store, resources):
    lease = await begin(store, "answer")
    await say(store, lease, "text")
    await fork(resources, "fork", "answer")
    await store.delete("answer")
    with pytest.raises(Exception, match="was deleted while it was being written"):
        await say(store, lease, "more", offset=4)
    assert text_of(await body(store, "fork")) == "text"


async def test_a_source_whose_time_is_over_is_deleted_once(open_store):
    now = 1_000_000_000.0
    resources = (await open_store(clock=lambda: now)).resources
    await make(resources, "source", TEXT, b"shared", ttl=10)
    await fork(resources, "fork", "source", ttl=100)
    for _ in range(2):
        now += 10
        await resources.sweep()
        await resources.append("fork", parts(b"."))
        with pytest.raises(StreamGone):
            await resources.get("source")
    assert await everything(resources, "fork") == b"shared.."
    now += 200
    await resources.sweep()
    with pytest.raises(StreamNotFound) as caught:
        await resources.get("source")
    assert not isinstance(caught.value, StreamGone)


async def test_a_fork_that_is_there_is_made_again_only_as_it_is(resources):
    await make(resources, "source", TEXT, b"text", ttl=100)
    again = {"ttl": 50}
    await fork(resources, "fork", "source", 0, 2, **again)
    for same in ({}, again):
        await fork(resources, "fork", "source", 0, 2, **same)
    await fork(resources, "fork", "source")
    for other in ({"ttl": 51}, {"expires_at": 2e9}, {"closed": True}):
        with pytest.raises(Refused) as caught:
            await fork(resources, "fork", "source", 0, 2, **other)
        assert caught.value.reason is Reason.EXISTS
    with pytest.raises(Refused):
        await fork(resources, "fork", "source", 0, 3, **again)


async def test_a_refused_fork_leaves_nothing_behind(resources):
    await make(resources, "source", TEXT, b"x")
    with pytest.raises(Refused):
        await resources.create(NewResource("fork", JSON, fork=Fork("source")))
    await resources.delete("source")
    with pytest.raises(StreamNotFound):
        await resources.delete("source")


async def test_what_is_kept_for_its_forks_is_taken_up_by_nobody(open_store):
    store = await open_store()
    await say(store, await begin(store), "said")
    await store.expire(await store.info("one"), "gone")
    await store.resources.create(NewResource("fork", None, fork=Fork("one")))
    await store.delete("one")
    with pytest.raises(StreamNotFound):
        await store.claim("one", "other", epoch=1)
