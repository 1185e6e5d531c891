"""What every store must do with streams that ask the same, and with streams that are linked."""

import asyncio

import pytest

from nb_persistent_stream.protocol import Link, Provenance, Report, Status
from nb_persistent_stream.store import Lease, NewStream

from .acts import begin, say

HERE = Provenance(prompt="p", notebook="a.ipynb", cell_id="c")


def asking(stream_id, key="k", driver="d", provenance=HERE):
    return NewStream(stream_id, driver, key=key, provenance=provenance)


async def ask(store, new, **how):
    """The lease of the stream that was made, or the one that was found."""
    opened = await store.create_or_find(new, **how)
    return opened.lease or opened.info


async def end(store, lease, status=Status.DONE):
    await store.start(lease)
    await store.finish(lease, status, Report())


class TestSameKey:
    async def test_the_first_makes_a_stream_that_is_as_any(self, store):
        lease = await ask(store, asking("one"))
        assert (lease.stream_id, lease.driver, lease.epoch) == ("one", "d", 1)
        await store.start(lease)
        await say(store, lease, "text")
        assert (await store.info("one")).provenance == HERE

    @pytest.mark.parametrize("status", [Status.PENDING, Status.STREAMING, Status.DONE])
    async def test_one_that_lives_or_is_whole_is_found(self, store, status):
        lease = await ask(store, asking("one"))
        if status is not Status.PENDING:
            await store.start(lease)
        if status is Status.DONE:
            await store.finish(lease, status, Report(model="m"))
        found = await ask(store, asking("two", driver="other"))
        assert found == await store.info("one")
        assert found.status is status

    @pytest.mark.parametrize("status", [Status.ERROR, Status.CANCELLED, Status.TIMEOUT])
    async def test_one_that_did_not_end_well_is_not(self, store, status):
        await end(store, await ask(store, asking("one")), status)
        assert isinstance(await ask(store, asking("two")), Lease)

    async def test_one_that_was_asked_to_stop_is_not(self, store):
        await ask(store, asking("one"))
        await store.request_cancel("one")
        assert isinstance(await ask(store, asking("two")), Lease)

    async def test_one_that_was_deleted_is_not(self, store):
        await end(store, await ask(store, asking("one")))
        await store.delete("one")
        assert isinstance(await ask(store, asking("two")), Lease)

    async def test_another_key_is_another_stream_and_none_is_like_no_other(self, store):
        for stream_id, key in [("one", "k"), ("two", "l"), ("three", None), ("four", None)]:
            assert isinstance(await ask(store, asking(stream_id, key)), Lease)

    async def test_one_that_was_simply_created_is_found_too_and_the_newest_of_several(self, store):
        for stream_id in ("one", "two"):
            lease = await store.create(asking(stream_id))
            await end(store, lease)
        assert (await ask(store, asking("three"))).id == "two"

    async def test_it_keeps_to_its_cell_if_asked(self, store):
        await store.create(asking("one"))
        elsewhere = [
            Provenance(prompt="p", notebook="b.ipynb", cell_id="c"),
            Provenance(prompt="p", notebook="a.ipynb", cell_id="d"),
            Provenance(prompt="p"),
            Provenance(prompt="p"),
        ]
        for number, place in enumerate(elsewhere):
            new = asking(f"made-{number}", provenance=place)
            assert isinstance(await ask(store, new, same_cell=True), Lease)
        assert (await ask(store, asking("two"), same_cell=True)).id == "one"

    async def test_asked_once_more_it_makes_the_same_stream(self, store):
        first, again = [await ask(store, asking("one")) for _ in range(2)]
        assert isinstance(first, Lease)
        assert first == again

    async def test_of_many_at_once_one_gets_the_lease_and_the_others_its_stream(self, store):
        for number in range(20):
            key = f"k{number}"
            asked = [asking(f"{key}-{n}", key, driver=f"d{n}") for n in range(8)]
            given = await asyncio.gather(*(ask(store, new) for new in asked))
            [lease] = [one for one in given if isinstance(one, Lease)]
            others = {one.id for one in given if not isinstance(one, Lease)}
            assert others == {lease.stream_id}
        assert len(await store.live()) == 20

    async def test_half_a_character_in_a_title_is_no_hindrance(self, store):
        new = NewStream("one", "d", title="\ud83d", key="k")
        assert isinstance(await ask(store, new), Lease)
        assert (await store.info("one")).title == "\ufffd"


class TestLinks:
    @pytest.mark.parametrize("relation", ["reply", "retry"])
    async def test_a_link_is_kept(self, store, relation):
        await begin(store)
        link = Link("one", relation)
        await store.create(NewStream("two", "d", link=link))
        assert (await store.info("two")).link == link
        assert (await store.info("one")).link is None

    async def test_it_outlives_the_stream_it_leads_to(self, store):
        await begin(store)
        await store.create(NewStream("two", "d", link=Link("one", "reply")))
        await store.delete("one")
        assert (await store.info("two")).link == Link("one", "reply")
