"""What every store must do when a stream is deleted."""

import asyncio

import pytest

from nb_persistent_stream.errors import StreamDeleted, StreamFenced, StreamNotFound
from nb_persistent_stream.protocol import Report, Status, text_of
from nb_persistent_stream.store import NewStream

from .acts import begin, body, say


@pytest.mark.parametrize("status", list(Status))
async def test_it_is_gone_with_its_body_in_any_status(store, status):
    other = await begin(store, "other")
    await say(store, other, "kept")
    lease = await store.create(NewStream(id="one", driver="driver"))
    if status is not Status.PENDING:
        await store.start(lease)
        await say(store, lease, "gone")
    if status.final:
        await store.finish(lease, status, Report())
    await store.delete("one")
    assert await store.read("one") == []
    for call in (store.info("one"), store.delete("one"), store.request_cancel("one")):
        with pytest.raises(StreamNotFound, match="no stream 'one'"):
            await call
    assert text_of(await body(store, "other")) == "kept"


async def test_its_driver_is_fenced_out_and_told_why(store):
    pending = await store.create(NewStream(id="pending", driver="driver"))
    lease = await begin(store)
    end = await say(store, lease, "said")
    for name in ("pending", "one"):
        await store.delete(name)
    for call in (
        store.start(pending),
        say(store, lease, "more", offset=end),
        say(store, lease, "said"),
        store.finish(lease, Status.DONE, Report()),
    ):
        with pytest.raises(StreamDeleted, match="was deleted while it was being written"):
            await call
    assert issubclass(StreamDeleted, StreamFenced)
    await store.beat("driver")
    with pytest.raises(StreamNotFound):
        await store.claim("one", "other", epoch=1)


async def test_one_that_is_gone_does_not_hold_up_the_commit_of_others(store):
    gone, fine = await begin(store, "gone"), await begin(store, "fine")
    await store.delete("gone")
    results = await asyncio.gather(
        say(store, gone, "x"), say(store, fine, "y"), return_exceptions=True
    )
    assert isinstance(results[0], StreamDeleted)
    assert text_of(await body(store, "fine")) == "y"


async def test_one_that_is_gone_is_not_expired(store):
    await begin(store)
    seen = await store.info("one")
    await store.delete("one")
    assert not await store.expire(seen, "gone")


async def test_its_followers_are_told(store):
    lease = await begin(store)
    await say(store, lease, "said")
    follower, states = store.follow("one", 4), store.states("one")
    await anext(follower), await anext(states)
    await store.delete("one")
    for reading in (follower, states):
        with pytest.raises(StreamNotFound):
            await asyncio.wait_for(anext(reading), 20)
