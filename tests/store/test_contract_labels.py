"""What every store must do when a stream is given another title, or other tags."""

import asyncio
from contextlib import aclosing

import pytest

from nb_persistent_stream.errors import StreamNotFound
from nb_persistent_stream.protocol import Report, Status
from nb_persistent_stream.store import Query

from .acts import begin, say


@pytest.mark.parametrize(
    ("change", "title", "tags"),
    [
        ({}, "old", ("a",)),
        ({"title": "new"}, "new", ("a",)),
        ({"title": ""}, None, ("a",)),
        ({"tags": ["b", "ü"]}, "old", ("b", "ü")),
        ({"tags": ()}, "old", ()),
        ({"title": "new", "tags": ["b"]}, "new", ("b",)),
    ],
)
async def test_what_is_named_changes_and_the_rest_stays(store, change, title, tags):
    lease = await begin(store, title="old", tags=("a",))
    await begin(store, "other", title="old", tags=("a",))
    before = await store.info("one")
    info = await store.label("one", **change)
    assert (info.title, info.tags) == (title, tags)
    assert info == await store.info("one")
    assert info.revision == before.revision + bool(change)
    other = await store.info("other")
    assert (other.title, other.tags) == ("old", ("a",))
    await say(store, lease, "the driver goes on")


async def test_the_same_again_is_no_change(store):
    await begin(store)
    info = await store.label("one", title="new", tags=["a"])
    assert await store.label("one", title="new", tags=["a"]) == info
    cleared = await store.label("one", title="")
    assert await store.label("one", title="") == cleared


async def test_one_that_has_ended_can_be_renamed_and_is_found_by_it(store):
    await store.finish(await begin(store), Status.DONE, Report())
    assert (await store.label("one", title="The Answer")).status is Status.DONE
    assert [info.id for info in (await store.find(Query(search="answer"))).streams] == ["one"]


async def test_who_follows_it_or_a_list_is_told(store):
    await begin(store)
    async with (
        aclosing(store.states("one")) as states,
        aclosing(store.follow("one")) as batches,
        aclosing(store.windows(Query(), 0, 10)) as windows,
    ):
        for reading in (states, batches, windows):
            await anext(reading)
        await store.label("one", title="new")
        told = [await asyncio.wait_for(anext(reading), 20) for reading in (states, batches)]
        window = await asyncio.wait_for(anext(windows), 20)
    assert [told[0].title, told[1].info.title, window.streams[0].title] == ["new"] * 3


async def test_one_that_is_not_there_is_not_found(store):
    with pytest.raises(StreamNotFound):
        await store.label("none", title="new")
