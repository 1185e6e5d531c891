"""What every store must do with many streams: lists, and windows of them."""

import asyncio

import pytest

from nb_persistent_stream.errors import InvalidInput
from nb_persistent_stream.protocol import LIVE, Provenance, Report, Status
from nb_persistent_stream.store import Query

from .acts import begin, say

ALL = Query()


@pytest.fixture
async def ten(store):
    for n in range(10):
        source = Provenance(notebook=f"n{n % 2}.ipynb", kernel_id=f"k{n % 3}")
        lease = await begin(store, f"s{n}", provenance=source)
        if n < 4:
            await store.finish(lease, Status.DONE, Report())


def ids(streams):
    return [info.id for info in streams]


class TestFind:
    async def ids(self, store, **query):
        return [info.id for info in (await store.find(Query(**query))).streams]

    @pytest.mark.usefixtures("ten")
    async def test_newest_first_and_filters(self, store):
        assert await self.ids(store) == [f"s{n}" for n in reversed(range(10))]
        assert await self.ids(store, statuses=(Status.DONE,)) == ["s3", "s2", "s1", "s0"]
        assert await self.ids(store, notebook="n1.ipynb", kernel="k0") == ["s9", "s3"]
        assert len(await store.live()) == 6

    @pytest.mark.usefixtures("ten")
    async def test_pages_cover_all_once_while_streams_are_added(self, store):
        seen, after = [], None
        while True:
            page = await store.find(Query(limit=3, after=after))
            seen += [info.id for info in page.streams]
            if (after := page.next) is None:
                break
            await begin(store, f"new{len(seen)}")
        assert seen == [f"s{n}" for n in reversed(range(10))]

    @pytest.mark.usefixtures("ten")
    async def test_a_limit_is_kept_within_bounds(self, store):
        assert await self.ids(store, limit=0) == ["s9"]
        assert len(await self.ids(store, limit=10**9)) == 10

    async def test_a_bad_page_token_is_an_error_that_says_so(self, store):
        with pytest.raises(InvalidInput, match="not the 'next' of a page"):
            await store.find(Query(after="garbage"))


@pytest.mark.usefixtures("ten")
class TestWindow:
    @pytest.mark.parametrize(
        ("first", "count", "expected"),
        [
            (0, 3, ["s9", "s8", "s7"]),
            (4, 2, ["s5", "s4"]),
            (8, 5, ["s1", "s0"]),
            (10, 5, []),
            (1000, 5, []),
            (0, 0, []),
            (0, 10**9, [f"s{n}" for n in reversed(range(10))]),
        ],
    )
    async def test_it_is_a_part_of_the_whole(self, store, first, count, expected):
        window = await store.window(Query(), first, count)
        assert (window.total, window.first, ids(window.streams)) == (10, first, expected)

    async def test_it_tells_of_each_stream_what_info_tells(self, store):
        window = await store.window(Query(), 0, 3)
        assert list(window.streams) == [await store.info(name) for name in ("s9", "s8", "s7")]

    async def test_it_is_of_what_the_query_leaves(self, store):
        window = await store.window(Query(statuses=LIVE, notebook="n1.ipynb"), 1, 5)
        assert (window.total, ids(window.streams)) == (3, ["s7", "s5"])
        window = await store.window(Query(kernel="k0", unplaced=True, limit=1), 0, 9)
        assert (window.total, ids(window.streams)) == (4, ["s9", "s6", "s3", "s0"])


@pytest.mark.slow
class TestWindows:
    @pytest.fixture
    async def watch(self, store):
        """Watch a window; gives a function that waits for the next one."""
        watched = []

        def watch(query=ALL, first=0, count=5):
            windows = store.windows(query, first, count)
            watched.append(windows)
            return lambda: asyncio.wait_for(anext(windows), 20)

        yield watch
        for windows in watched:
            await windows.aclose()

    async def test_the_first_comes_at_once_also_of_an_empty_list(self, watch):
        window = await watch()()
        assert (window.total, window.streams) == (0, ())

    async def test_a_new_stream_moves_the_others_down(self, store, watch):
        await begin(store, "old")
        top, second = watch(count=1), watch(first=1, count=1)
        assert (ids((await top()).streams), ids((await second()).streams)) == (["old"], [])
        await begin(store, "new")
        for window, shown in ((await top(), ["new"]), (await second(), ["old"])):
            assert (window.total, ids(window.streams)) == (2, shown)

    async def test_a_body_that_grows_and_a_state_that_changes_are_changes(self, store, watch):
        lease = await begin(store)
        next_window = watch()
        await next_window()
        end = await say(store, lease, "text")
        [info] = (await next_window()).streams
        assert (info.length, info.first_delta_at is not None) == (4, True)
        await say(store, lease, "more", offset=end)
        assert (await next_window()).streams[0].length == 8
        await store.finish(lease, Status.DONE, Report(model="m"))
        [info] = (await next_window()).streams
        assert (info.status, info.model) == (Status.DONE, "m")
        assert info == await store.info("one")

    async def test_a_deleted_stream_leaves_and_the_next_moves_up(self, store, watch):
        for name in ("a", "b", "c"):
            await begin(store, name)
        next_window = watch(count=2)
        await next_window()
        await store.delete("c")
        window = await next_window()
        assert (window.total, ids(window.streams)) == (2, ["b", "a"])

    async def test_a_stream_that_does_not_fit_any_more_leaves(self, store, watch):
        lease = await begin(store)
        next_window = watch(Query(statuses=LIVE))
        assert (await next_window()).total == 1
        await store.finish(lease, Status.DONE, Report())
        assert await next_window() == await store.window(Query(statuses=LIVE), 0, 5)

    async def test_what_is_not_seen_is_not_told(self, store, watch):
        lease = await begin(store, "old")
        await begin(store, "new")
        next_window = watch(count=1)
        await next_window()
        await store.beat("driver")
        await say(store, lease, "not in the window")
        waiting = asyncio.create_task(next_window())
        await asyncio.wait([waiting], timeout=1.2)  # longer than a look takes to come
        assert not waiting.done()
        await begin(store, "newest")
        assert ids((await waiting).streams) == ["newest"]

    async def test_many_changes_are_told_together_twice_a_second(self, store, watch):
        lease, clock, told = await begin(store), asyncio.get_running_loop().time, []
        next_window = watch()

        async def write():
            end = 0
            while len(told) < 4:
                end = await say(store, lease, "x", offset=end)
                await asyncio.sleep(0.01)  # a journal lets nobody read while somebody writes
            return end

        writing = asyncio.create_task(write())
        while len(told) < 4:
            told.append((clock(), (await next_window()).streams[0].length))
        assert await writing > 4
        assert told[3][0] - told[1][0] >= 0.95
        assert told[1][1] < told[2][1] < told[3][1]

    async def test_a_search_that_can_not_be_is_told_so(self, watch):
        with pytest.raises(InvalidInput, match="Use fewer words"):
            await watch(Query(search="x" * 201))()


@pytest.mark.parametrize(
    "prompt",
    [
        "word " * 200_000,
        [{"role": "user", "content": "word " * 200_000}, {"role": "assistant", "content": "yes"}],
        [{"role": "user", "content": [{"type": "text", "text": "word " * 200_000}]}],
    ],
    ids=["text", "messages", "parts"],
)
async def test_of_a_long_question_lists_hold_the_beginning(store, prompt):
    whole = Provenance(prompt=prompt, system="s" * 1_000_000)
    await begin(store, provenance=whole)
    short = Provenance(prompt="word " * 40, system="s" * 200)
    windows = store.windows(ALL, 0, 5)
    for streams in (await store.find(ALL), await store.window(ALL, 0, 5), await anext(windows)):
        assert [info.provenance for info in streams.streams] == [short]
    await windows.aclose()
    assert (await store.info("one")).provenance == whole
