"""What every store must do with one stream; a new store joins by a line in `store`."""

import asyncio
from itertools import pairwise

import pytest

from nb_persistent_stream.errors import InvalidInput, StreamDeleted, StreamFenced, StreamNotFound
from nb_persistent_stream.protocol import (
    Delta,
    Link,
    Piece,
    Provenance,
    Report,
    Status,
    place,
    text_of,
)
from nb_persistent_stream.store import NewStream

from .acts import begin, body, say


class TestLife:
    async def test_a_new_stream_is_pending_and_keeps_its_provenance(self, store):
        source = Provenance(
            prompt=[{"role": "user", "content": "¿qué?"}],
            system="be brief",
            model="m",
            provider="p",
            options={"temperature": 0},
            notebook="a/b.ipynb",
            cell_id="c",
            kernel_id="k",
            host="h",
            user="u",
        )
        await store.create(
            NewStream(id="one", driver="d", title="T", tags=("x", "y"), provenance=source)
        )
        info = await store.info("one")
        assert info.status is Status.PENDING
        assert (info.title, info.tags, info.provenance) == ("T", ("x", "y"), source)
        assert (info.epoch, info.length, info.started_at, info.finished_at) == (1, 0, None, None)

    async def test_start_append_finish(self, store):
        lease = await begin(store)
        assert (await store.info("one")).status is Status.STREAMING
        await say(store, lease, "Hello ", "wörld")
        report = Report(model="m-1", response_id="r", finish_reason="stop", usage={"total": 3})
        await store.finish(lease, Status.DONE, report)
        info = await store.info("one")
        assert (info.status, info.report, info.length) == (Status.DONE, report, 12)
        assert info.created_at < info.started_at < info.first_delta_at < info.finished_at
        assert text_of(await body(store, "one")) == "Hello wörld"

    async def test_a_final_status_is_final(self, store):
        lease = await begin(store)
        await store.finish(lease, Status.ERROR, Report(), {"type": "x", "message": "no"})
        with pytest.raises(StreamFenced):
            await store.finish(lease, Status.DONE, Report())
        with pytest.raises(StreamFenced):
            await say(store, lease, "late")
        info = await store.info("one")
        assert (info.status, info.error) == (Status.ERROR, {"type": "x", "message": "no"})

    async def test_unknown_streams_are_said_to_be_unknown(self, store):
        for call in (store.info("no"), store.request_cancel("no"), store.claim("no", "d", 1)):
            with pytest.raises(StreamNotFound, match="no stream 'no'"):
                await call
        assert await store.read("no") == []


class TestOneWriter:
    async def test_a_pending_stream_takes_no_text(self, store):
        lease = await store.create(NewStream(id="one", driver="d"))
        with pytest.raises(StreamFenced):
            await say(store, lease, "early")

    async def test_a_claim_fences_the_old_driver_out(self, store):
        old = await begin(store)
        await say(store, old, "first ")
        new = await store.claim("one", "other", epoch=1)
        with pytest.raises(StreamFenced):
            await say(store, old, "lost", offset=6)
        with pytest.raises(StreamFenced):
            await store.finish(old, Status.DONE, Report())
        await say(store, new, "second", offset=6)
        assert text_of(await body(store, "one")) == "first second"

    async def test_what_has_ended_or_was_never_seen_so_can_not_be_claimed(self, store):
        lease = await begin(store)
        with pytest.raises(StreamFenced):
            await store.claim("one", "other", epoch=7)
        await store.finish(lease, Status.DONE, Report())
        with pytest.raises(StreamFenced):
            await store.claim("one", "other", epoch=1)

    async def test_a_fenced_driver_can_not_start(self, store):
        old = await store.create(NewStream(id="one", driver="d"))
        await store.start(await store.claim("one", "other", epoch=1))
        with pytest.raises(StreamFenced):
            await store.start(old)

    async def test_of_two_claims_one_wins(self, store):
        await begin(store)
        claims = await asyncio.gather(
            *(store.claim("one", f"d{n}", epoch=1) for n in range(8)), return_exceptions=True
        )
        assert sum(isinstance(claim, StreamFenced) for claim in claims) == 7

    async def test_an_append_that_leaves_a_gap_or_overlaps_is_refused(self, store):
        lease = await begin(store)
        await say(store, lease, "12345")
        for offset in (0, 4, 6):
            with pytest.raises(StreamFenced):
                await say(store, lease, "67", offset=offset)
        assert text_of(await body(store, "one")) == "12345"

    async def test_the_same_append_again_is_harmless(self, store):
        lease = await begin(store)
        await say(store, lease, "a", "b")
        await say(store, lease, "a", "b")
        assert text_of(await body(store, "one")) == "ab"

    async def test_appends_at_once_are_each_whole(self, store):
        leases = [await begin(store, f"s{n}") for n in range(20)]
        await asyncio.gather(*(say(store, lease, *"abcdefgh") for lease in leases))
        for lease in leases:
            assert text_of(await body(store, lease.stream_id)) == "abcdefgh"

    async def test_one_fenced_stream_does_not_hold_up_the_commit_of_others(self, store):
        fenced, fine = await begin(store, "fenced"), await begin(store, "fine")
        await store.claim("fenced", "other", epoch=1)
        results = await asyncio.gather(
            say(store, fenced, "x"), say(store, fine, "y"), return_exceptions=True
        )
        assert isinstance(results[0], StreamFenced)
        assert text_of(await body(store, "fine")) == "y"

    async def test_more_rows_than_one_statement_can_take(self, store):
        lease = await begin(store)
        pieces = [Piece(str(n % 10), kind="text" if n % 2 else "reasoning") for n in range(5000)]
        await store.append(lease, list(place(pieces, 0)))
        assert (await store.info("one")).length == 5000


class TestBody:
    async def test_reading_from_every_offset_gives_the_rest(self, store):
        lease = await begin(store)
        text = "añ字😀\x00 end"
        await say(store, lease, *text)
        whole = text.encode()
        starts = [len(text[:n].encode()) for n in range(len(text))]
        for offset in starts:
            rest = text_of(await body(store, "one", offset))
            assert rest.encode() == whole[offset:]

    async def test_reading_within_a_delta_cuts_it(self, store):
        lease = await begin(store)
        await say(store, lease, "añb", "c")
        assert await store.read("one", 3) == [Delta(3, "b"), Delta(4, "c")]

    async def test_kinds_and_meta_are_kept(self, store):
        lease = await begin(store)
        deltas = [Delta(0, "why", "reasoning"), Delta(3, "{}", "tool_call", {"index": 0})]
        await store.append(lease, deltas)
        assert await body(store, "one") == deltas

    async def test_an_offset_within_a_character_is_refused(self, store):
        await say(store, await begin(store), "字")
        with pytest.raises(InvalidInput, match="within a character"):
            await store.read("one", 1)
        with pytest.raises(InvalidInput, match="within a character"):
            await anext(store.follow("one", 1))

    async def test_a_long_body_comes_in_bounded_parts(self, store):
        lease = await begin(store)
        await say(store, lease, *["x" * 1000] * 500)
        assert len(await store.read("one")) < 200
        assert len(text_of(await body(store, "one"))) == 500_000


class TestCancelAndExpire:
    async def test_a_cancel_is_a_request_and_is_seen(self, store):
        await begin(store)
        assert (await store.request_cancel("one")).cancel_requested
        assert (await store.info("one")).status is Status.STREAMING

    async def test_a_second_cancel_is_not_a_change(self, store):
        await begin(store)
        first = await store.request_cancel("one")
        assert (await store.request_cancel("one")).revision == first.revision

    async def test_a_cancel_after_the_end_changes_nothing(self, store):
        lease = await begin(store)
        await store.finish(lease, Status.DONE, Report())
        info = await store.request_cancel("one")
        assert (info.status, info.cancel_requested) == (Status.DONE, False)

    async def test_a_driver_that_moved_is_not_expired(self, store):
        await begin(store)
        seen = await store.info("one")
        await store.beat("driver")
        assert not await store.expire(seen, "gone")
        assert await store.expire(await store.info("one"), "gone")
        info = await store.info("one")
        assert (info.status, info.error["message"]) == (Status.TIMEOUT, "gone")

    async def test_a_beat_is_for_all_live_streams_of_a_driver(self, store):
        leases = [await begin(store, name) for name in ("a", "b", "c")]
        await store.finish(leases[2], Status.DONE, Report())
        await store.beat("driver")
        await store.beat("another")
        assert [(await store.info(name)).beat for name in ("a", "b", "c")] == [1, 1, 0]


class TestFollow:
    async def gather(self, store, stream_id, offset=0):
        deltas, states = [], []
        async for batch in store.follow(stream_id, offset):
            deltas += batch.deltas
            states += [batch.info.status] if batch.info else []
        return deltas, states

    async def test_from_the_start_of_a_finished_stream(self, store):
        lease = await begin(store)
        await say(store, lease, "a", "b")
        await store.finish(lease, Status.DONE, Report())
        deltas, states = await self.gather(store, "one")
        assert (text_of(deltas), states) == ("ab", [Status.DONE])

    async def test_live_from_the_middle_without_a_gap_or_a_repeat(self, store):
        lease = await begin(store)
        offset = await say(store, lease, "one two ")
        followers = [asyncio.create_task(self.gather(store, "one", start)) for start in (0, 4, 8)]
        for n in range(200):
            offset = await say(store, lease, f"{n} ", offset=offset)
        await store.finish(lease, Status.DONE, Report())
        whole = text_of(await body(store, "one"))
        for follower, start in zip(followers, (0, 4, 8), strict=True):
            deltas, states = await follower
            assert text_of(deltas) == whole[start:]
            assert states[-1] is Status.DONE
            assert all(one.end == two.offset for one, two in pairwise(deltas))

    async def test_a_reader_that_pauses_falls_behind_alone(self, store):
        lease = await begin(store)
        slow = store.follow("one")
        await anext(slow)
        quick = asyncio.create_task(self.gather(store, "one"))
        offset = 0
        for _ in range(30):
            offset = await say(store, lease, "x" * 50_000, offset=offset)
        await store.finish(lease, Status.DONE, Report())
        assert len(text_of((await quick)[0])) == 1_500_000
        rest = [delta async for batch in slow for delta in batch.deltas]
        assert len(text_of(rest)) == 1_500_000

    async def test_a_pending_stream_can_be_followed_before_it_starts(self, store):
        lease = await store.create(NewStream(id="one", driver="d"))
        follower = store.follow("one")
        assert (await anext(follower)).info.status is Status.PENDING
        await store.start(lease)
        assert (await anext(follower)).info.status is Status.STREAMING
        await store.finish(lease, Status.CANCELLED, Report())
        assert (await anext(follower)).info.status is Status.CANCELLED
        with pytest.raises(StopAsyncIteration):
            await anext(follower)

    async def test_a_reader_ahead_of_the_body_waits_for_its_place(self, store):
        lease = await begin(store)
        follower = asyncio.create_task(self.gather(store, "one", 5))
        await say(store, lease, "123", "456", "7")
        await store.finish(lease, Status.DONE, Report())
        assert text_of((await follower)[0]) == "67"

    async def test_states_tell_of_a_cancel_and_not_of_text(self, store):
        lease = await begin(store)
        states = store.states("one")
        assert not (await anext(states)).cancel_requested
        await say(store, lease, "text")
        await store.request_cancel("one")
        assert (await anext(states)).cancel_requested
        await states.aclose()

    async def test_an_unknown_stream_and_a_closed_store(self, store):
        with pytest.raises(StreamNotFound):
            await anext(store.follow("no"))
        with pytest.raises(StreamNotFound):
            await anext(store.states("no"))


class TestRestore:
    """A store whose file was replaced is given what is being written once more."""

    async def lose(self, store, lease):
        """What the driver still has of a stream that the store has no more."""
        info = await store.info("one")
        deltas = await body(store)
        await store.delete("one")
        with pytest.raises(StreamDeleted):
            await store.check(lease)
        return info, deltas

    async def test_a_stream_that_is_not_there_is_put_there_and_goes_on(self, store):
        new = NewStream("one", "d", "T", ("x",), Provenance(prompt="p"), "k", Link("two", "reply"))
        lease = await store.create(new)
        await store.start(lease)
        await say(store, lease, "kept ", "x" * 600_000)
        info, deltas = await self.lose(store, lease)
        for _ in range(2):  # once more is harmless
            restored = await store.restore(lease, info, deltas, "k")
        await store.check(restored)
        there = await store.info("one")
        assert (there.status, there.epoch, there.length) == (Status.STREAMING, 1, 600_005)
        assert (there.title, there.tags, there.link) == ("T", ("x",), Link("two", "reply"))
        assert there.provenance == new.provenance
        found = await store.create_or_find(NewStream("three", "d", key="k"))
        assert found.info.id == "one"
        await store.append(restored, list(place([Piece(" on")], there.length)))
        assert text_of(await body(store)) == "kept " + "x" * 600_000 + " on"

    async def test_the_part_that_is_there_is_left_as_it_is(self, store):
        lease = await begin(store)
        await say(store, lease, "one ")
        deltas = [Delta(0, "one two ")]
        await store.restore(lease, await store.info("one"), deltas)
        assert [delta.text for delta in await body(store)] == ["one ", "two "]

    async def test_a_stream_that_waits_is_put_there_too(self, store):
        lease = await store.create(NewStream("one", "d"))
        info, _ = await self.lose(store, lease)
        await store.start(await store.restore(lease, info, []))
        assert (await store.info("one")).status is Status.STREAMING

    async def test_one_that_another_driver_has_or_that_has_ended_is_left_alone(self, store):
        lease = await begin(store)
        info = await store.info("one")
        other = await store.claim("one", "other", epoch=1)
        for call in (store.check(lease), store.restore(lease, info, [Delta(0, "no")])):
            with pytest.raises(StreamFenced):
                await call
        await store.finish(other, Status.DONE, Report())
        for call in (store.check(other), store.restore(other, info, [Delta(0, "no")])):
            with pytest.raises(StreamFenced):
                await call
        assert await body(store) == []
