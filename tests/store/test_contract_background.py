"""What every store must do with an answer that goes on at its provider."""

import asyncio
from dataclasses import replace

import pytest

from nb_persistent_stream.errors import StreamFenced
from nb_persistent_stream.protocol import Delta, Provenance, Report, Status, text_of
from nb_persistent_stream.store import NewStream

from .acts import begin, body, say

ASKED = Provenance(prompt="p", options={"background": True}, notebook="a.ipynb", cell_id="c")
SAID = Report(model="m-1", response_id="resp_1")
UNREACHABLE = {"type": "SourceUnreachable", "message": "x"}


def new(stream_id, driver="d", **asked):
    return NewStream(stream_id, driver, key="k", provenance=replace(ASKED, **asked))


async def lose(store, status=Status.TIMEOUT, error=None, report=SAID, **asked):
    """A stream that ended early."""
    lease = await store.create(new("one", **asked))
    await store.start(lease)
    await store.report(lease, report)
    await say(store, lease, "said ")
    if status is Status.TIMEOUT:
        assert await store.expire(await store.info("one"), "gone")
    else:
        await store.finish(lease, status, report, error)
    return lease


async def test_what_the_provider_said_is_kept_before_the_end(store):
    lease = await begin(store)
    before = await store.info("one")
    await store.report(lease, SAID)
    await store.report(lease, SAID)
    info = await store.info("one")
    assert (info.report, info.status, info.revision > before.revision) == (
        SAID,
        Status.STREAMING,
        True,
    )
    await store.claim("one", "other", epoch=1)
    with pytest.raises(StreamFenced):
        await store.report(lease, Report())


async def test_what_a_delta_says_beside_its_text_is_stored_with_it(store):
    lease = await begin(store)
    await store.append(lease, [Delta(0, "a"), Delta(1, "b", meta={"index": 0, "mark": [7, 2]})])
    assert [delta.meta for delta in await body(store)] == [None, {"index": 0, "mark": [7, 2]}]


@pytest.mark.parametrize("status", [Status.TIMEOUT, Status.ERROR])
async def test_what_broke_off_is_claimed_and_lives_again(store, status):
    old = await lose(store, status, {"type": "x", "message": "no"})
    await store.request_cancel("one")
    lease = await store.claim("one", "other", epoch=1)
    info = await store.info("one")
    assert (info.status, info.epoch, info.driver) == (Status.STREAMING, 2, "other")
    assert (info.finished_at, info.error, info.cancel_requested) == (None, None, False)
    assert info.report == SAID
    with pytest.raises(StreamFenced):
        await say(store, old, "late", offset=5)
    await say(store, lease, "and more", offset=5)
    await store.finish(lease, Status.DONE, SAID)
    assert text_of(await body(store)) == "said and more"


async def test_of_all_who_claim_it_one_wins(store):
    await lose(store)
    claims = await asyncio.gather(
        *(store.claim("one", f"d{n}", epoch=1) for n in range(8)), return_exceptions=True
    )
    assert sum(isinstance(claim, StreamFenced) for claim in claims) == 7


@pytest.mark.parametrize("status", [Status.DONE, Status.CANCELLED])
async def test_what_came_to_its_end_is_not_claimed(store, status):
    await lose(store, status)
    with pytest.raises(StreamFenced):
        await store.claim("one", "other", epoch=1)


@pytest.mark.parametrize("same_cell", [False, True])
@pytest.mark.parametrize(("status", "error"), [(Status.TIMEOUT, None), (Status.ERROR, UNREACHABLE)])
async def test_one_that_goes_on_is_found_by_who_asks_the_same(store, status, error, same_cell):
    await lose(store, status, error)
    found = (await store.create_or_find(new("two", "other"), same_cell=same_cell)).info
    assert (found.id, found.status, found.epoch) == ("one", status, 1)


@pytest.mark.parametrize(
    "how",
    [
        {"options": {}},
        {"report": Report()},
        {"status": Status.ERROR, "error": {"type": "SourceFailed", "message": "x"}},
        {"status": Status.CANCELLED},
    ],
)
async def test_one_that_does_not_go_on_is_not_found(store, how):
    await lose(store, **how)
    assert (await store.create_or_find(new("two", "other"))).info.id == "two"
