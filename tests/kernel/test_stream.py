"""Streams that are driven here: `stream()` and its handle, in plain Python."""

import asyncio

import pytest

from nb_persistent_stream import Delta, StreamFailed, get, stream
from nb_persistent_stream.kernel import runtime
from nb_persistent_stream.kernel.runtime import ENDED
from nb_persistent_stream.protocol import Status, text_of
from nb_persistent_stream.sources.demo import compose

from ..store.acts import body
from ..waiting import eventually, until

INFO = lambda stream_id: lambda store: store.info(stream_id)  # noqa: E731
BODY = lambda stream_id: lambda store: body(store, stream_id)  # noqa: E731


class TestSources:
    def test_an_iterable(self, there):
        s = stream(["one ", b"two ", None, "three"])
        assert s.result(20) == s.text == "one two three"
        assert text_of(there(BODY(s.id))) == "one two three"

    async def test_an_async_iterable(self):
        async def say():
            yield "one "
            await asyncio.sleep(0)
            yield "two"

        assert await stream(say()) == "one two"
        assert await stream(say) == "one two"

    def test_the_demo_model(self, there):
        s = stream("What is WAL?", model="demo", pace=100_000)
        assert s.result(20) == compose("What is WAL?")
        info = there(INFO(s.id))
        assert (info.status, info.model, info.provenance.provider) == (Status.DONE, "demo", "demo")
        assert (info.provenance.prompt, info.report.finish_reason) == ("What is WAL?", "stop")

    def test_a_stream_of_a_stream(self):
        async def again():
            async for delta in get(first.id):
                yield delta

        first = stream(["one ", "two"])
        assert stream(again).result(20) == "one two"

    def test_half_characters_are_made_whole(self, there):
        s = stream(["a\ud83d", "\ude00b\udc80", "\ud83d"])
        assert s.result(20) == "a😀b\ufffd\ufffd"
        assert text_of(there(BODY(s.id))) == s.text


class TestHandle:
    def test_its_values_are_live(self, script):
        s = stream(script, title="T", tags="x")
        assert (s.text, s.error, s.info.title, s.info.tags) == ("", None, "T", ("x",))
        until(lambda: s.status == "streaming")
        script.say("one ", "two")
        until(lambda: s.text == "one two")
        assert repr(s) == f"<Stream {s.id} streaming>"
        script.end()
        assert (s.result(20), s.status) == ("one two", "done")

    def test_its_info_agrees_with_the_store(self, there):
        s = stream(["one ", "two"], title="T", tags=["a", "b"])
        s.result(20)
        here, stored = s.info, there(INFO(s.id))
        for name in ("id", "status", "length", "title", "tags", "provenance", "epoch", "driver"):
            assert getattr(here, name) == getattr(stored, name), name
        for name in ("created_at", "started_at", "first_delta_at", "finished_at"):
            assert abs(getattr(here, name) - getattr(stored, name)) < 5, name

    def test_a_result_that_is_late_is_a_timeout_and_the_stream_goes_on(self, script):
        s = stream(script)
        with pytest.raises(TimeoutError, match=r"still streams after 0\.01 s; it goes on"):
            s.result(0.01)
        script.say("later").end()
        assert s.result(20) == "later"

    async def test_it_can_be_awaited_twice_and_elsewhere(self):
        s = stream(["one"])
        assert [await s, await s, await get(s.id), s.result(20)] == ["one"] * 4

    async def test_following_gives_what_is_stored_and_ends(self, script):
        s = stream(script)
        script.say("one ", "two ", "three").end()
        deltas = [delta async for delta in s]
        assert text_of(deltas) == "one two three"
        assert (await anext(s.follow(4))).offset == 4
        assert text_of([delta async for delta in s.follow(8)]) == "three"

    async def test_a_follower_that_breaks_off_is_let_go(self, script):
        s = stream(script)
        script.say("one ")
        deltas = s.follow()
        assert await anext(deltas) == Delta(0, "one ")
        await deltas.aclose()
        feeds = s._store._tail._feeds
        await eventually(lambda: (s.id, True) not in feeds)

    def test_the_end_of_a_followers_loop_does_not_stop_the_stream(self, script):
        s = stream(script.say("one "))

        async def first():
            return (await anext(aiter(s))).text

        # What it leaves open, the loop ends: by a task that it cancels at once.
        assert asyncio.run(first()) == "one "
        script.say("two").end()
        assert s.result(20) == "one two"

    async def test_a_follower_that_is_cancelled_is_let_go(self, script):
        s = stream(script)
        # Of a handle that began it, the stream would end too.
        other = type(s)(s._runtime, s._store, s.id)

        async def follow():
            async for _ in other.follow():
                pass

        task = asyncio.create_task(follow())
        feeds = s._store._tail._feeds
        await eventually(lambda: (s.id, True) in feeds)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await eventually(lambda: (s.id, True) not in feeds)
        assert s.status == "streaming"

    def test_kinds_are_kept_apart(self):
        reply = {"choices": [{"delta": {"reasoning_content": "hm "}}]}, "yes"
        s = stream(reply)
        assert s.result(20) == "yes"
        assert (s.reasoning, get(s.id).reasoning) == ("hm ", "hm ")


class TestEnds:
    def test_an_error_of_the_source_is_told_and_stored(self, script, there):
        s = stream(script, chunk_by="paragraph", max_delay=60)
        script.say("the tail").fail(cause := RuntimeError("the model fell over"))
        with pytest.raises(StreamFailed, match="the model fell over") as caught:
            s.result(20)
        assert (caught.value.text, caught.value.stream_id) == ("the tail", s.id)
        assert caught.value.__cause__ is cause
        assert (s.status, s.error) == ("error", "the model fell over")
        info = there(INFO(s.id))
        assert (info.status, info.error) == (
            Status.ERROR,
            {"type": "RuntimeError", "message": "the model fell over"},
        )
        assert text_of(there(BODY(s.id))) == "the tail"

    def test_of_an_endless_error_the_beginning_is_stored(self, script, there):
        s = stream(script)
        script.fail(RuntimeError("a page of HTML " * 10_000))
        with pytest.raises(StreamFailed, match="a page of HTML") as caught:
            s.result(20)
        message = there(INFO(s.id)).error["message"]
        assert message.endswith("…")
        assert len(message) < 3000
        assert str(caught.value) == message

    async def test_a_follower_hears_of_the_failure_after_the_last_text(self, script):
        s = stream(script)
        script.say("tail").fail(RuntimeError("oops"))
        heard = []
        with pytest.raises(StreamFailed, match="oops"):  # noqa: PT012
            async for delta in s:
                heard.append(delta)
        assert text_of(heard) == "tail"

    def test_the_tail_is_stored_when_it_is_done(self, there):
        s = stream(["no", "boundary"], chunk_by="paragraph", max_delay=60)
        s.result(20)
        assert text_of(there(BODY(s.id))) == "noboundary"

    def test_the_tail_is_stored_when_it_is_stopped(self, script, there):
        s = stream(script.say("tail"), chunk_by="paragraph", max_delay=60)
        until(lambda: s.text == "tail")
        s.cancel()
        assert there(INFO(s.id)).status is Status.CANCELLED
        assert text_of(there(BODY(s.id))) == "tail"

    def test_the_tail_is_stored_when_the_process_ends(self, script, there):
        s = stream(script.say("tail"), chunk_by="paragraph", max_delay=60)
        until(lambda: s.text == "tail")
        runtime.runtime().close(patient=False)
        info = there(INFO(s.id))
        assert (info.status, info.error["message"]) == (Status.TIMEOUT, ENDED)
        assert text_of(there(BODY(s.id))) == "tail"

    def test_after_the_end_of_the_runtime_a_handle_says_so_and_does_not_hang(self, script):
        s = stream(script)
        stored = get(stream(["x"]).id)
        runtime.runtime().close(patient=False)
        with pytest.raises(Exception, match="is gone"):
            s.cancel()
        with pytest.raises(Exception, match="is gone"):
            _ = get(stored.id).status

    def test_a_store_opened_later_has_a_pulse_too(self, script, there, tmp_path, monkeypatch):
        first = stream(script)
        monkeypatch.setenv("NB_STREAM_LEASE", "0.1")
        monkeypatch.setattr(runtime.runtime(), "_pulse", None)  # or it would sleep for seconds
        second = stream(script)
        until(lambda: there(INFO(second.id)).beat > 1)
        assert there(INFO(first.id)).beat > 1
        monkeypatch.setenv("NB_STREAM_STORE", str(tmp_path / "other.db"))
        third = stream(script)
        until(lambda: runtime.runtime().call(third._store.info(third.id)).beat > 1)
