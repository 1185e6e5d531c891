"""The wall clock jumps, in either direction, as when a machine wakes up or is set right."""

import asyncio
import time

import pytest

from nb_persistent_stream import create, stream, watch
from nb_persistent_stream.protocol import Report, Status, text_of
from nb_persistent_stream.store import LeaseWatch, NewStream, Query, SqliteStore
from nb_persistent_stream.wire import state_message

from ..store.acts import begin, body, say
from ..waiting import eventually, until

DAY = 86_400.0
JUMPS = [-DAY, DAY]


class Wall:
    """A clock that can be set."""

    def __init__(self):
        self._time, self.wrong = time.time, 0.0

    def __call__(self):
        return self._time() + self.wrong


@pytest.fixture
def wall(monkeypatch):
    wall = Wall()
    monkeypatch.setattr(time, "time", wall)
    # The stores took theirs when their class was made.
    monkeypatch.setattr(SqliteStore.open.__func__, "__defaults__", ("full", wall))
    return wall


@pytest.mark.parametrize("jump", JUMPS)
class TestJump:
    async def test_a_driver_that_lives_is_not_taken_for_gone(self, jump, wall, open_store):
        store = await open_store()
        await begin(store)
        leases = LeaseWatch(store, lease=0.5)
        for _ in range(8):
            wall.wrong += jump
            await store.beat("driver")
            assert await leases.sweep() == []
            await asyncio.sleep(0.1)

    async def test_one_that_is_gone_is_noticed_within_its_lease(self, jump, wall, open_store):
        store = await open_store()
        await begin(store)
        leases, began = LeaseWatch(store, lease=0.5), time.monotonic()
        await leases.sweep()
        wall.wrong = jump
        await eventually(leases.sweep)
        assert time.monotonic() - began >= 0.5
        assert (await store.info("one")).status is Status.TIMEOUT

    def test_a_stream_goes_on_and_its_times_make_sense(self, jump, wall, script, there):
        s = stream(script.say("one "))
        until(lambda: s.text == "one ")
        wall.wrong = jump
        script.say("two")
        script.end()
        assert s.result(20) == "one two"
        info = there(lambda store: store.info(s.id))
        assert text_of(there(lambda store: body(store, s.id))) == "one two"
        assert state_message(info, wall())["state"]["elapsed"] >= 0
        assert state_message(s.info, wall())["state"]["elapsed"] >= 0

    async def test_lists_and_windows_hold_every_stream_once(self, jump, wall, open_store):
        store, names = await open_store(), [f"s{n}" for n in range(12)]
        for n, name in enumerate(names):
            wall.wrong += jump if n % 4 == 0 else 0
            lease = await begin(store, name)
            await say(store, lease, "text")
            if n % 2:
                await store.finish(lease, Status.DONE, Report())
        listed, after = [], None
        while True:
            page = await store.find(Query(limit=5, after=after))
            listed += [info.id for info in page.streams]
            after = page.next
            if after is None:
                break
            wall.wrong += jump
        assert sorted(listed) == sorted(names)
        window = await store.window(Query(), 0, 50)
        assert (window.total, [info.id for info in window.streams]) == (12, listed)
        assert {info.id for info in await store.live()} == set(names[::2])

    async def test_a_new_stream_appears_in_a_list_that_is_followed(self, jump, wall, open_store):
        store = await open_store()
        await begin(store, "before")
        windows = store.windows(Query(), 0, 50)
        await anext(windows)
        wall.wrong = jump
        await store.create(NewStream("after", "driver"))
        window = await anext(windows)
        assert {info.id for info in window.streams} == {"before", "after"}
        await windows.aclose()

    def test_a_program_that_writes_by_hand_is_not_disturbed(self, jump, wall, there):
        with create() as w:
            w.write("before ")
            wall.wrong = jump
            w.write("after")
        assert text_of(there(lambda store: body(store, w.id))) == "before after"


def test_after_a_jump_backwards_the_newest_is_what_the_clock_says(wall, script):
    first = stream(["first"])
    first.result(20)
    wall.wrong = -DAY
    second = stream(["second"])
    second.result(20)
    # A clock that was wrong stays in the times that it told; no stream is out of reach for it.
    assert watch().id == first.id
    assert watch(second.id).result(20) == "second"
