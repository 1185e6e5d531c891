"""`stream(prompt, reuse=...)`: nothing is asked twice, and nobody is told what is not so."""

import asyncio

import pytest
from pydantic import BaseModel

from nb_persistent_stream import StreamCancelled, StreamFailed, stream
from nb_persistent_stream.errors import InvalidInput, SchemaMismatch
from nb_persistent_stream.kernel import frontend
from nb_persistent_stream.protocol import LIVE, Link
from nb_persistent_stream.store import Query

from ..store.acts import body
from ..waiting import eventually, until


class Count(BaseModel):
    count: int


@pytest.fixture
def ask(provider):
    def ask(prompt="p", **more):
        return stream(prompt, **{"model": "m", "base_url": provider.url, "max_retries": 0, **more})

    return ask


@pytest.fixture
def cell(monkeypatch):
    """Be in a cell of a notebook: `cell("a.ipynb", "c")`."""

    def enter(notebook, cell_id, *, afresh=False):
        monkeypatch.setenv("JPY_SESSION_NAME", notebook)
        here = frontend.Cell("execution", cell_id, afresh)
        monkeypatch.setattr(frontend, "cell", lambda: here)

    return enter


class TestDone:
    def test_the_same_is_not_asked_twice(self, ask, provider):
        first = ask(reuse=True)
        assert (first.result(20), first.reused) == ("It is 1. ", False)
        again = ask(reuse=True)
        assert (again.id, again.reused, again.status) == (first.id, True, "done")
        assert (again.text, again.result(20)) == ("It is 1. ", "It is 1. ")
        assert len(provider.asked) == 1

    async def test_its_handle_is_as_any(self, ask, elsewhere):
        first = ask(reuse=True)
        await first
        again = ask(reuse=True)
        assert await again == "It is 1. "
        assert [delta async for delta in again] == await body(elsewhere, first.id)
        again.cancel()
        assert again.status == "done"

    def test_without_it_the_same_is_asked_again_and_may_be_found_later(self, ask, provider):
        handles = [ask(), ask()]
        ends = [handle.result(20) for handle in handles]
        assert sorted(ends) == ["It is 1. ", "It is 2. "]
        found = ask(reuse=True)
        assert (found.id, found.reused) == (handles[-1].id, True)

    def test_another_question_is_asked(self, ask, provider):
        ask(reuse=True).result(20)
        for other in ({"prompt": "q"}, {"model": "n"}, {"system": "s"}, {"temperature": 0}):
            s = ask(**other, reuse=True)
            s.result(20)
            assert not s.reused
        assert len(provider.asked) == 5

    def test_the_setting_is_for_all_calls_and_a_call_may_differ(self, ask, provider, monkeypatch):
        monkeypatch.setenv("NB_STREAM_REUSE", "on")
        ask().result(20)
        assert ask().reused
        assert not ask(reuse=False).reused
        assert stream(["an", "iterable"]).result(20) == "aniterable"

    def test_a_run_that_is_to_be_fresh_asks_whatever_is_said(self, ask, cell, provider):
        cell("a.ipynb", "c")
        ask(reuse=True).result(20)
        cell("a.ipynb", "c", afresh=True)
        again = ask(reuse=True)
        assert (again.reused, again.result(20)) == (False, "It is 2. ")
        cell("a.ipynb", "c")
        newest = ask(reuse=True)
        assert (newest.reused, newest.text) == (True, "It is 2. ")

    def test_a_cell_that_took_an_answer_up_asks_once_more_when_it_is_to_be_fresh(self, ask, cell):
        first = ask()
        first.result(20)
        cell("a.ipynb", "c", afresh=True)
        again = first.resume()
        assert (again.info.link, again.result(20)) == (Link(first.id, "retry"), "It is 2. ")

    def test_its_handle_has_all_that_was_answered(self, ask, provider):
        call = {"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}
        provider.says = '{{"count": {count}}}'
        provider.more = [
            {"choices": [{"index": 0, "delta": {"tool_calls": [call]}}]},
            {"choices": [], "usage": {"total_tokens": 7}},
        ]
        first = ask(schema=Count, reuse=True)
        first.result(20)
        again = ask(schema=Count, reuse=True)
        assert again.reused
        for handle in (first, again):
            assert handle.parsed == Count(count=1)
            assert [call.name for call in handle.tool_calls] == ["f"]
            assert handle.usage == {"total_tokens": 7}

    def test_another_api_or_form_is_another_question(self, ask, provider):
        provider.says = '{{"count": {count}}}'
        ask(reuse=True).result(20)
        for other in ({"schema": Count}, {"schema": {"type": "object"}}):
            assert ask(**other, reuse=True).result(20)
            assert ask(**other, reuse=True).reused
        ask(api="responses", reuse=True)
        until(lambda: len(provider.asked) == 4)


class TestNotDone:
    def test_what_did_not_fit_is_asked_again(self, ask, provider):
        with pytest.raises(SchemaMismatch):
            ask(schema=Count, reuse=True).result(20)
        provider.says = '{{"count": {count}}}'
        again = ask(schema=Count, reuse=True)
        again.result(20)
        assert (again.reused, again.parsed) == (False, Count(count=2))

    def test_what_failed_is_asked_again(self, ask, provider):
        provider.says = None
        with pytest.raises(StreamFailed):
            ask(reuse=True).result(20)
        provider.says = "Now it is."
        assert ask(reuse=True).result(20) == "Now it is. "

    def test_what_was_stopped_is_asked_again(self, ask, provider):
        provider.go.clear()
        first = ask(reuse=True)
        until(lambda: first.text)
        first.cancel()
        provider.go.set()
        assert ask(reuse=True).result(20) == "It is 2. "

    def test_what_was_deleted_is_asked_again(self, ask, there):
        first = ask(reuse=True)
        first.result(20)
        there(lambda store: store.delete(first.id))
        assert not ask(reuse=True).reused


class TestLive:
    async def test_one_that_is_being_written_is_followed(self, ask, provider, elsewhere):
        provider.go.clear()
        first = ask(reuse=True)
        await eventually(lambda: first.text)
        again = ask(reuse=True)
        assert (again.id, again.reused, again.status) == (first.id, True, "streaming")
        assert [info.id for info in (await elsewhere.find(Query(statuses=LIVE))).streams] == [
            first.id
        ]
        provider.go.set()
        assert await asyncio.gather(first, again) == ["It is 1. "] * 2
        assert len(provider.asked) == 1

    async def test_to_stop_it_stops_it_for_all(self, ask, provider):
        provider.go.clear()
        first, again = ask(reuse=True), ask(reuse=True)
        again.cancel()
        for handle in (first, again):
            with pytest.raises(StreamCancelled):
                await handle

    async def test_a_wait_for_it_that_is_broken_off_leaves_it_alone(self, ask, provider):
        provider.go.clear()
        first, again = ask(reuse=True), ask(reuse=True)
        waiting = asyncio.create_task(again._finished())
        await eventually(lambda: first.text)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        provider.go.set()
        assert await first == "It is 1. "


class TestCell:
    def test_it_keeps_to_one_cell(self, ask, cell, provider):
        cell("a.ipynb", "c")
        first = ask(reuse="cell")
        first.result(20)
        assert ask(reuse="cell").id == first.id
        for place in (("a.ipynb", "d"), ("b.ipynb", "c")):
            cell(*place)
            elsewhere = ask(reuse="cell")
            assert not elsewhere.reused
            elsewhere.result(20)
        assert len(provider.asked) == 3
        assert ask(reuse=True).reused

    def test_where_there_is_no_cell_it_asks(self, ask, provider):
        ask(reuse="cell").result(20)
        assert not ask(reuse="cell").reused


class TestMistakes:
    @pytest.mark.parametrize("reuse", [True, "cell"])
    def test_an_iterable_can_not_be_reused(self, reuse):
        with pytest.raises(InvalidInput, match="reuse can't be used here: an iterable is read"):
            stream(["x"], reuse=reuse)
        assert stream(["x"], reuse=False).result(20) == "x"

    @pytest.mark.parametrize("reuse", ["always", 1, "", ["cell"]])
    def test_a_reuse_that_is_none_is_refused(self, ask, reuse):
        with pytest.raises(InvalidInput, match=r"Give True .*'cell'.* or False"):
            ask(reuse=reuse)

    def test_no_secret_is_in_the_store(self, ask, path):
        secret = "hunter2-and-more"
        ask(reuse=True, api_key=secret, extra_headers={"X-Token": secret}).result(20)
        stored = b"".join(file.read_bytes() for file in path.parent.glob("streams.db*"))
        assert secret.encode() not in stored
