import asyncio
import threading

import pytest

from nb_persistent_stream import StreamCancelled, StreamFailed, create, get
from nb_persistent_stream.errors import InvalidInput, StreamEnded, StreamFenced
from nb_persistent_stream.protocol import Delta, Status, text_of

from ..store.acts import body
from ..waiting import eventually, until


async def test_it_is_pending_until_the_first_write(elsewhere):
    w = create(title="nightly", tags=["x"])
    assert (w.status, (await elsewhere.info(w.id)).status) == ("pending", Status.PENDING)
    w.write("")
    assert (w.status, (await elsewhere.info(w.id)).status) == ("streaming", Status.STREAMING)
    w.close()
    info = await elsewhere.info(w.id)
    assert (w.status, info.status, info.title, info.tags) == (
        "done",
        Status.DONE,
        "nightly",
        ("x",),
    )


async def test_what_was_written_is_whole_after_the_close(elsewhere):
    w = create(chunk_by="paragraph", max_delay=60)
    w.write("one, ")
    w.write("why", kind="reasoning")
    w.write("{}", kind="tool_call", meta={"index": 0})
    w.write("two")
    w.close()
    assert await body(elsewhere, w.id) == [
        Delta(0, "one, "),
        Delta(5, "why", "reasoning"),
        Delta(8, "{}", "tool_call", {"index": 0}),
        Delta(10, "two"),
    ]
    assert (await w, w.reasoning) == ("one, two", "why")


async def test_it_can_be_followed_before_it_starts():
    w = create()
    deltas = get(w.id).follow()
    first = asyncio.ensure_future(anext(deltas))
    await asyncio.sleep(0)
    w.write("now ")
    assert await asyncio.wait_for(first, 20) == Delta(0, "now ")
    w.close()
    assert [delta async for delta in deltas] == []


def test_a_failure_is_stored_and_raised_to_who_waits(there):
    w = create()
    w.write("half")
    w.fail("the disk of the robot is full")
    with pytest.raises(StreamFailed, match="the robot") as caught:
        w.result(20)
    assert caught.value.text == "half"
    assert there(lambda store: store.info(w.id)).error["message"] == "the disk of the robot is full"


class TestBlock:
    def test_it_is_closed_at_the_end(self, there):
        with create() as w:
            w.write("step 1")
        assert there(lambda store: store.info(w.id)).status is Status.DONE
        assert text_of(there(lambda store: body(store, w.id))) == "step 1"

    def test_its_exception_is_stored_and_raised_again(self, there):
        with pytest.raises(ZeroDivisionError), create() as w:  # noqa: PT012
            w.write("step 1")
            1 / 0  # noqa: B018
        info = there(lambda store: store.info(w.id))
        assert (info.status, info.error["type"]) == (Status.ERROR, "ZeroDivisionError")
        with pytest.raises(StreamFailed) as caught:
            w.result(20)
        assert isinstance(caught.value.__cause__, ZeroDivisionError)

    async def test_it_may_be_async_and_is_stopped_with_its_task(self, elsewhere):
        async with create() as w:
            w.write("one")
        assert w.status == "done"
        entered = []

        async def work():
            async with create() as w:
                entered.append(w)
                await asyncio.Event().wait()

        task = asyncio.create_task(work())
        await eventually(lambda: entered)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await elsewhere.info(entered[0].id)).status is Status.CANCELLED

    def test_a_stop_from_elsewhere_ends_it(self, there):
        with pytest.raises(StreamCancelled) as caught, create() as w:  # noqa: PT012
            w.write("said ")
            there(lambda store: store.request_cancel(w.id))
            while True:
                w.write("more ")
        assert caught.value.text.startswith("said ")
        assert there(lambda store: store.info(w.id)).status is Status.CANCELLED


class TestAfterTheEnd:
    def test_a_write_is_a_clear_error(self):
        closed, failed, stopped = create(), create(), create()
        closed.close()
        failed.fail("broken")
        stopped.cancel()
        with pytest.raises(StreamEnded, match="was closed; nothing more can be said"):
            closed.write("late")
        with pytest.raises(StreamFailed, match="broken"):
            failed.write("late")
        with pytest.raises(StreamCancelled, match="was stopped"):
            stopped.write("late")

    def test_the_first_end_counts(self):
        w = create()
        w.fail("broken")
        w.close()
        w.cancel()
        assert (w.status, w.error) == ("error", "broken")

    def test_a_close_that_could_not_store_all_is_an_error(self, there):
        w = create(chunk_by="paragraph", max_delay=60)
        w.write("not stored")
        there(lambda store: store.claim(w.id, "other", epoch=1))
        with pytest.raises(StreamFailed) as caught:
            w.close()
        assert isinstance(caught.value.__cause__, StreamFenced)
        assert caught.value.text == "not stored"


def test_threads_may_write_at_once(there):
    with create() as w:
        threads = [
            threading.Thread(target=lambda n=n: [w.write(f"{n} ") for _ in range(50)])
            for n in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    words = text_of(there(lambda store: body(store, w.id))).split()
    assert sorted(words) == sorted(str(n) for n in range(4) for _ in range(50))


def test_a_writer_that_waits_has_a_pulse(there, monkeypatch):
    monkeypatch.setenv("NB_STREAM_LEASE", "0.1")
    w = create()
    until(lambda: there(lambda store: store.info(w.id)).beat > 2)
    w.close()


@pytest.mark.parametrize("text", [b"bytes", None, 5])
def test_a_write_takes_text_only(text):
    with create() as w, pytest.raises(InvalidInput, match=r"takes text, not"):
        w.write(text)
