"""Streams that another process drives: `get()`, `watch()`, and a driver that is fenced."""

import asyncio

import pytest

from nb_persistent_stream import (
    PersistentStreamError,
    StreamCancelled,
    StreamFailed,
    get,
    stream,
    watch,
)
from nb_persistent_stream.errors import InvalidInput, StreamFenced, StreamNotFound
from nb_persistent_stream.protocol import Report, Status, text_of

from ..store.acts import begin, body, say
from ..waiting import eventually


async def test_a_finished_stream_is_read_from_the_store(elsewhere):
    lease = await begin(elsewhere, title="T")
    await say(elsewhere, lease, "one ", "two")
    await elsewhere.finish(lease, Status.DONE, Report(model="m"))
    s = get("one")
    assert (s.status, s.text, s.error, s.info.title, s.info.model) == (
        "done", "one two", None, "T", "m",
    )  # fmt: skip
    assert (await s, s.result(20)) == ("one two", "one two")


async def test_a_live_stream_is_awaited_and_followed(elsewhere):
    lease = await begin(elsewhere)
    s = get("one")
    assert (s.status, s.text) == ("streaming", "")
    waiting = asyncio.create_task(s._finished())
    heard = []

    async def follow():
        async for delta in s:
            heard.append(delta)

    following = asyncio.create_task(follow())
    await say(elsewhere, lease, "now")
    await eventually(lambda: text_of(heard) == "now")
    await elsewhere.finish(lease, Status.DONE, Report())
    assert await asyncio.wait_for(waiting, 20) == "now"
    await asyncio.wait_for(following, 20)


@pytest.mark.parametrize(
    ("status", "expected", "words"),
    [
        (Status.ERROR, StreamFailed, "no quota"),
        (Status.TIMEOUT, StreamFailed, "no quota"),
        (Status.CANCELLED, StreamCancelled, "was stopped"),
    ],
)
async def test_an_end_that_is_not_done_raises_with_the_text(elsewhere, status, expected, words):
    lease = await begin(elsewhere)
    await say(elsewhere, lease, "part")
    error = None if status is Status.CANCELLED else {"type": "x", "message": "no quota"}
    await elsewhere.finish(lease, status, Report(), error)
    with pytest.raises(expected, match=words) as caught:
        await get("one")
    assert caught.value.text == "part"
    heard = []
    with pytest.raises(expected):  # noqa: PT012
        async for delta in get("one"):
            heard.append(delta)
    assert text_of(heard) == "part"


async def test_a_cancel_is_a_request_to_its_driver(elsewhere):
    await begin(elsewhere)
    get("one").cancel()
    info = await elsewhere.info("one")
    assert (info.status, info.cancel_requested) == (Status.STREAMING, True)


async def test_a_wait_that_is_broken_off_leaves_anothers_stream_alone(elsewhere):
    lease = await begin(elsewhere)
    s = get("one")
    task = asyncio.create_task(s._finished())
    await eventually(lambda: s._runtime._following)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await eventually(lambda: not s._runtime._following)
    assert not (await elsewhere.info("one")).cancel_requested
    await elsewhere.finish(lease, Status.DONE, Report())
    assert await s == ""


async def test_who_waits_for_a_driver_that_is_gone_is_told(elsewhere, monkeypatch):
    monkeypatch.setenv("NB_STREAM_LEASE", "0.2")
    lease = await begin(elsewhere)
    await say(elsewhere, lease, "kept")
    with pytest.raises(StreamFailed, match="kernel went away") as caught:
        await asyncio.wait_for(get("one")._finished(), 20)
    assert caught.value.text == "kept"
    assert (await elsewhere.info("one")).status is Status.TIMEOUT


@pytest.mark.parametrize("call", [get, watch])
def test_what_is_not_there_is_said_in_words(call):
    with pytest.raises(StreamNotFound, match=r"no stream 'gone'.*NB_STREAM_STORE"):
        call("gone")
    with pytest.raises(InvalidInput, match="is not a stream id"):
        call("not an id")
    with pytest.raises(InvalidInput, match="is not a stream id"):
        call(5)


def test_watch_takes_the_newest_or_says_that_there_is_none():
    with pytest.raises(PersistentStreamError, match=r"no stream to watch yet. Start one"):
        watch()
    stream(["first"]).result(20)
    newest = stream(["second"])
    assert (watch().id, watch().result(20)) == (newest.id, "second")
    assert watch(newest).id == newest.id


class TestFenced:
    async def test_a_driver_whose_lease_was_taken_stops_and_says_why(self, elsewhere, script):
        s = stream(script.say("mine "))
        await eventually(lambda: s.info.length)
        await eventually(lambda: body(elsewhere, s.id))
        lease = await elsewhere.claim(s.id, "other", epoch=1)
        with pytest.raises(StreamFailed) as caught:
            await s
        assert isinstance(caught.value.__cause__, StreamFenced)
        script.say("not mine ")
        await say(elsewhere, lease, "theirs", offset=5)
        assert text_of(await body(elsewhere, s.id)) == "mine theirs"
        assert (await elsewhere.info(s.id)).status is Status.STREAMING

    async def test_a_driver_that_was_expired_takes_the_stored_end_for_its_own(
        self, elsewhere, script
    ):
        s = stream(script.say("mine "))
        await eventually(lambda: body(elsewhere, s.id))

        async def expired():
            return await elsewhere.expire(await elsewhere.info(s.id), "Gone for a while.")

        await eventually(expired)  # a beat may come between
        with pytest.raises(StreamFailed, match="Gone for a while"):
            await s
        assert s.status == "timeout"
