"""What every store must do when a driver asks again: it does not know what its call has done."""

import pytest

from nb_persistent_stream.errors import StreamDeleted, StreamFenced
from nb_persistent_stream.protocol import Report, Status, text_of
from nb_persistent_stream.store import NewStream

from .acts import begin, body, say

NEW = NewStream("one", "driver", title="T")
REPORT = Report(model="m", finish_reason="stop", usage={"total": 3})
ERROR = {"type": "x", "message": "no"}


async def test_a_create_gives_the_same_lease(store):
    lease = await store.create(NEW)
    assert await store.create(NEW) == lease
    await store.start(lease)
    assert await store.create(NEW) == lease
    assert (await store.info("one")).status is Status.STREAMING


async def test_an_id_that_is_taken_is_no_repeat(store):
    await store.create(NEW)
    with pytest.raises(StreamFenced, match=r"a stream 'one' already.* Use another id"):
        await store.create(NewStream("one", "other"))
    await store.claim("one", "other", epoch=1)
    for driver in ("driver", "other"):
        with pytest.raises(StreamFenced):
            await store.create(NewStream("one", driver))
    assert (await store.info("one")).title == "T"


async def test_a_claim_gives_the_same_lease(store):
    await begin(store)
    lease = await store.claim("one", "other", epoch=1)
    assert await store.claim("one", "other", epoch=1) == lease
    with pytest.raises(StreamFenced):
        await store.claim("one", "third", epoch=1)
    assert (await store.info("one")).epoch == 2


async def test_a_start_is_one_start(store):
    lease = await begin(store)
    started = (await store.info("one")).started_at
    await store.start(lease)
    assert (await store.info("one")).started_at == started


async def test_a_finish_is_one_end(store):
    lease = await begin(store)
    await store.finish(lease, Status.ERROR, REPORT, ERROR)
    ended = await store.info("one")
    await store.finish(lease, Status.ERROR, REPORT, ERROR)
    assert await store.info("one") == ended


@pytest.mark.parametrize(
    ("status", "report", "error"),
    [
        (Status.DONE, REPORT, ERROR),
        (Status.ERROR, Report(), ERROR),
        (Status.ERROR, REPORT, None),
    ],
)
async def test_another_end_is_no_repeat(store, status, report, error):
    lease = await begin(store)
    await store.finish(lease, Status.ERROR, REPORT, ERROR)
    with pytest.raises(StreamFenced):
        await store.finish(lease, status, report, error)


async def test_an_end_that_came_from_elsewhere_is_no_repeat(store):
    lease = await begin(store)
    await store.expire(await store.info("one"), "gone")
    with pytest.raises(StreamFenced):
        await store.finish(lease, Status.TIMEOUT, Report())


async def test_what_was_deleted_meanwhile_is_told_so(store):
    lease = await begin(store)
    await say(store, lease, "said")
    await store.delete("one")
    for call in (say(store, lease, "said"), store.finish(lease, Status.DONE, Report())):
        with pytest.raises(StreamDeleted):
            await call


async def test_a_part_of_an_append_that_is_there_is_not_there_twice(store):
    lease = await begin(store)
    await say(store, lease, *"abc" * 1000)  # more than one commit takes
    await say(store, lease, *"abc" * 1000, *"def")
    assert text_of(await body(store)) == "abc" * 1000 + "def"
