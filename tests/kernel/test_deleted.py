"""A stream that is deleted while this process drives or follows it."""

import asyncio

import pytest

from nb_persistent_stream import StreamFailed, create, get, stream
from nb_persistent_stream.errors import StreamDeleted, StreamNotFound
from nb_persistent_stream.protocol import text_of
from nb_persistent_stream.store import SqliteStore

from ..store.acts import begin, body, say
from ..waiting import eventually, until
from .notebook import MIME, Notebook, comm_of


def test_its_driver_stops_the_source_and_its_handle_says_so(script, there):
    s = stream(script.say("said "))
    until(lambda: there(lambda store: body(store, s.id)))
    there(lambda store: store.delete(s.id))
    with pytest.raises(StreamFailed, match="was deleted while it was being written") as caught:
        s.result(20)
    assert isinstance(caught.value.__cause__, StreamDeleted)
    assert (caught.value.text, s.text, s.status) == ("said ", "said ", "error")
    assert "stored no more" in s.error
    assert s._driver.info.error["type"] == "StreamDeleted"
    script.say("unheard")
    assert s.text == "said "
    with pytest.raises(StreamNotFound):
        get(s.id)
    assert there(lambda store: body(store, s.id)) == []


def test_one_that_has_not_begun_can_not_begin_any_more(there):
    w = create()
    there(lambda store: store.delete(w.id))
    with pytest.raises(StreamFailed, match="was deleted"):
        w.write("text")
    with pytest.raises(StreamFailed, match="was deleted"):
        w.close()


@pytest.mark.parametrize("said", ["", "before "])
def test_who_writes_before_the_driver_has_noticed_is_told_the_same(there, monkeypatch, said):
    async def unseen(self, stream_id):
        await asyncio.Event().wait()
        yield

    monkeypatch.setattr(SqliteStore, "states", unseen)
    w = create(max_delay=0.001)
    if said:
        w.write(said)
        until(lambda: there(lambda store: body(store, w.id)))
    there(lambda store: store.delete(w.id))

    def write_on():
        for _ in range(10_000):
            w.write("more ")

    with pytest.raises(StreamFailed, match="was deleted") as caught:
        write_on()
    assert caught.value.text.startswith(said)
    assert w.status == "error"


def test_a_block_that_writes_it_ends_with_an_error(there):
    def written():
        with create() as w:
            w.write("text ")
            there(lambda store: store.delete(w.id))

    with pytest.raises(StreamFailed, match="was deleted"):
        written()


def test_the_end_of_the_process_does_not_stumble_over_it(there, script):
    s = stream(script.say("said "))
    until(lambda: s.text)
    there(lambda store: store.delete(s.id))
    s._runtime.close(patient=False)
    assert s.status == "error"


async def test_who_follows_it_is_told_that_it_is_not_there(elsewhere):
    lease = await begin(elsewhere)
    await say(elsewhere, lease, "said ")
    s, heard = get("one"), []

    async def follow():
        async for delta in s:
            heard.append(delta)

    following, waiting = asyncio.create_task(follow()), asyncio.create_task(s._finished())
    await eventually(lambda: text_of(heard) == "said " and s._runtime._following)
    await elsewhere.delete("one")
    for task in (following, waiting):
        with pytest.raises(StreamNotFound, match="may have been deleted"):
            await asyncio.wait_for(task, 20)
    with pytest.raises(StreamNotFound):
        s.cancel()


def test_a_terminal_says_so(script, there, monkeypatch, capsys):
    monkeypatch.setattr("nb_persistent_stream.kernel.frontend.in_terminal", lambda: True)
    s = stream(script.say("said "))
    printed = []
    until(lambda: printed.append(capsys.readouterr().out) or "said" in "".join(printed))
    there(lambda store: store.delete(s.id))
    with pytest.raises(StreamFailed):
        s.result(20)
    assert capsys.readouterr().out.startswith("\n[deleted] There is no stream")


class TestCell:
    @pytest.fixture
    def kernel(self, tmp_path, path):
        notebook = Notebook(tmp_path, NB_STREAM_STORE=str(path), NB_STREAM_DURABILITY="normal")
        yield notebook
        notebook.close()

    def test_the_cells_that_drive_and_watch_it_say_so(self, kernel, there):
        kernel.run("from nb_persistent_stream import create, watch")
        own = kernel.run("w = create()\nw.write('said ')")
        [bundle] = kernel.shown(own)
        comm, stream_id = comm_of(bundle), bundle[MIME]["stream_id"]
        watcher = comm_of(kernel.shown(kernel.run("watch(w.id)"))[0])
        kernel.say(watcher, type="attach", offset=0)
        kernel.until(lambda: kernel.text(watcher) == "said ")
        there(lambda store: store.delete(stream_id))
        kernel.until(lambda: "error" in kernel.statuses(comm))
        state = kernel.heard(comm, "state")[-1]["state"]
        assert "was deleted while it was being written" in state["error"]["message"]
        [error] = kernel.until(lambda: kernel.heard(watcher, "error"))
        assert error["error"]["type"] == "not-found"
        assert kernel.until(kernel.updates)[0]["text/plain"] == "said "
