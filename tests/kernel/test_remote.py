"""Streams whose store is a server's: `NB_STREAM_STORE` is its URL, and nothing else changes."""

import asyncio
import itertools
import subprocess
import sys
import time

import pytest

from nb_persistent_stream import StreamCancelled, StreamFailed, create, get, stream, watch
from nb_persistent_stream.config import Config, ServerUrl
from nb_persistent_stream.errors import InvalidInput, StoreError, StreamDeleted, StreamNotFound
from nb_persistent_stream.kernel import runtime as runtimes
from nb_persistent_stream.kernel.runtime import runtime

from ..server.process import TOKEN, JupyterServer
from ..waiting import until
from .background import running, said
from .notebook import Notebook, comm_of


def use(server, monkeypatch, token=TOKEN):
    monkeypatch.setenv("NB_STREAM_STORE", f"{server.url}/")
    monkeypatch.setenv("NB_STREAM_TOKEN", token)


@pytest.fixture
def server(empty_server, monkeypatch):
    use(empty_server, monkeypatch)
    return empty_server


class TestFunctions:
    def test_stream_get_and_watch(self, server):
        s = stream(["one ", "two"], title="T", tags="x")
        assert s.result(60) == server.text(s.id) == get(s.id).result(60) == "one two"
        assert watch(s.id).text == watch().text == "one two"
        assert (get(s.id).info.title, get(s.id).info.tags) == ("T", ("x",))

    def test_an_answer_that_goes_on_is_taken_up(self, server, path):
        """Its driver was fenced out as its lease would; nothing but HTTP is used here."""
        with running() as provider:
            provider.control(most=60)
            asked = {"model": "m", "base_url": provider.url, "background": True, "reuse": True}
            s = stream("p", **asked)
            until(lambda: get(s.id).info.length > 300)
            runtime().call(runtime().drivers[s.id].vanish("gone"))
            provider.control(most=10**9)
            again = stream("p", **asked)
            assert (again.id, again.result(60)) == (s.id, said("text"))
            assert get(s.id).text == said("text")
            assert server.text(s.id) == "".join(map(said, ("reasoning", "text", "tool_call")))
            assert provider.generations == 1
        assert not path.exists()

    async def test_create_is_followed_while_it_is_written(self, server):
        with create() as w:
            w.write("one ")
            seen = get(w.id).follow()
            assert (await anext(seen)).text == "one "
            w.write("why ", kind="reasoning")
            assert (await anext(seen)).kind == "reasoning"
        assert [delta async for delta in seen] == []
        assert server.stream(w.id)["status"] == "done"

    def test_the_same_is_not_asked_twice(self, server, provider, monkeypatch):
        def ask(**more):
            return stream("p", model="m", base_url=provider.url, reuse=True, **more)

        provider.go.clear()
        first, live = ask(), ask()
        assert (live.id, live.reused) == (first.id, True)
        provider.go.set()
        assert first.result(60) == live.result(60) == "It is 1. "
        runtime().close(patient=False)
        monkeypatch.setattr(runtimes, "_runtime", None)  # as in another kernel
        done = ask()
        assert (done.id, done.reused, done.result(60)) == (first.id, True, "It is 1. ")
        assert not ask(temperature=0).reused
        assert len(server.streams()) == 2

    def test_a_stop_on_the_server_reaches_the_source(self, server, script):
        s = stream(script.say("said "))
        until(lambda: server.text(s.id))
        server.request(f"nb-persistent-stream/v1/streams/{s.id}/cancel", "POST", {})
        with pytest.raises(StreamCancelled) as stopped:
            s.result(60)
        assert stopped.value.text == server.text(s.id) == "said "

    def test_a_stop_of_a_watcher_travels_through_the_server(self, server, script):
        s = stream(script)
        watch(s.id).cancel()
        with pytest.raises(StreamCancelled):
            s.result(60)

    def test_one_that_is_deleted_meanwhile_is_told_so(self, server, script):
        s = stream(script.say("said "))
        until(lambda: server.text(s.id))
        server.delete(s.id)
        with pytest.raises(StreamFailed) as caught:
            s.result(60)
        assert isinstance(caught.value.__cause__, StreamDeleted)
        with pytest.raises(StreamNotFound):
            get(s.id)

    def test_a_wrong_token_is_told_before_anything_is_asked(self, server, monkeypatch):
        use(server, monkeypatch, "wrong")
        with pytest.raises(StoreError, match="does not accept the token in NB_STREAM_TOKEN"):
            stream(["unsaid"])
        use(server, monkeypatch)  # a notebook mends it, and goes on
        assert stream(["said"]).result(60) == "said"
        assert len(server.streams()) == 1

    def test_a_token_in_the_url_is_refused_and_not_repeated(self, server, monkeypatch):
        monkeypatch.setenv("NB_STREAM_STORE", f"{server.url}?token={TOKEN}")
        with pytest.raises(InvalidInput, match="NB_STREAM_TOKEN to the token") as caught:
            stream(["unsaid"])
        assert TOKEN not in str(caught.value)


def test_a_server_that_does_not_answer_holds_up_no_other_stores_pulse(script, there, monkeypatch):
    class Silent:
        is_remote = True

        async def beat(self, driver):
            await asyncio.Event().wait()

        async def close(self):
            pass

    monkeypatch.setenv("NB_STREAM_LEASE", "0.5")
    runtime()._stores[Config(ServerUrl("https://silent.example"), lease=0.5)] = Silent()
    s = stream(script)
    until(lambda: there(lambda store: store.info(s.id)).beat > 3)


@pytest.mark.slow
@pytest.mark.usefixtures("server")
def test_in_a_notebook_a_page_that_does_not_know_the_server_is_fed_by_the_kernel(tmp_path):
    notebook = Notebook(tmp_path)
    try:
        notebook.run("from nb_persistent_stream import stream, watch")
        cells = [
            notebook.run("s = stream(['one ', 'two']); s.result(60);"),
            notebook.run("watch(s.id);"),
        ]
        for cell, role in zip(cells, ("driver", "watcher"), strict=True):
            comm = comm_of(notebook.shown(cell)[0])
            state = notebook.opened[comm]
            assert (state["role"], state["remote"]) == (role, True)
            notebook.comms[comm].clear()
            notebook.say(comm, type="attach", offset=0)  # as a page does that has no other source
            notebook.until(lambda comm=comm: notebook.statuses(comm)[-1:] == ["done"])
            assert notebook.text(comm) == "one two"
        notebook.until(lambda: len(notebook.updates()) == len(cells))
        assert {bundle["text/plain"] for bundle in notebook.updates()} == {"one two"}
    finally:
        notebook.close()


FOLLOW = """
import asyncio, sys
from nb_persistent_stream import get

async def main():
    async for delta in get(sys.argv[1]):
        print(delta.text, end="", flush=True)

asyncio.run(main())
"""


@pytest.mark.slow
def test_a_killed_server_loses_and_repeats_nothing(tmp_path, monkeypatch):
    """The driver and a watcher in another process are both remote."""
    server = JupyterServer(tmp_path, tmp_path / "streams.db", lease=15)
    use(server, monkeypatch)
    said, enough = [], []

    def talk():
        for number in itertools.count():
            if enough:
                return
            said.append(f"{number} ")
            yield said[-1]
            time.sleep(0.005)

    watcher, seen = None, tmp_path / "seen"
    try:
        s = stream(talk(), chunk_by=1)
        with seen.open("wb") as file:
            watcher = subprocess.Popen([sys.executable, "-c", FOLLOW, s.id], stdout=file)
        for _ in range(2):
            reached = seen.stat().st_size
            until(lambda reached=reached: seen.stat().st_size > reached + 500, 60)
            server.kill()
            until(lambda: s._driver.notice and "Not saved yet" in s._driver.notice)
            server.start()
            until(lambda: s._driver.notice is None)
        enough.append(True)
        whole = s.result(60)
        watcher.wait(60)
        assert whole == "".join(said)
        assert seen.read_text() == whole
        assert server.text(s.id) == whole
        assert server.stream(s.id)["status"] == "done"
    finally:
        enough.append(True)
        if watcher:
            watcher.kill()
            watcher.wait()
        server.stop()
