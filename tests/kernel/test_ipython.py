"""In a real IPython kernel: what a front end is shown and sent."""

import json

import pytest

from nb_persistent_stream.protocol import Report, Status

from ..store.acts import begin, body, say
from ..waiting import until
from .notebook import CELL_ID, KERNEL_ID, MIME, WIDGET, Notebook, comm_of

PRELUDE = """
import asyncio, threading, time
from nb_persistent_stream import create, get, stream, watch

class Script:
    def __init__(self):
        self.go = threading.Event()
    def __iter__(self):
        yield "first "
        self.go.wait(60)
        yield "last"
"""


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """One kernel for all tests, with a store of its own."""
    folder = tmp_path_factory.mktemp("kernel")
    notebook = Notebook(
        folder,
        NB_STREAM_STORE=str(folder / "streams.db"),
        NB_STREAM_DURABILITY="normal",
        JPY_SESSION_NAME="work/demo.ipynb",
    )
    notebook.path = folder / "streams.db"
    notebook.run(PRELUDE)
    yield notebook
    notebook.close()


@pytest.fixture
def path(kernel, monkeypatch, path):
    """The same store here: this process is another one that uses it."""
    monkeypatch.setenv("NB_STREAM_STORE", str(kernel.path))
    return kernel.path


class TestOutput:
    def test_a_stream_is_shown_once_and_brought_up_to_date_at_its_end(self, kernel):
        cell = kernel.run("s = stream(['one ', 'two'])")
        [bundle] = kernel.shown(cell)
        assert set(bundle) == {MIME, WIDGET, "text/markdown", "text/plain"}
        stream_id = bundle[MIME]["stream_id"]
        final = kernel.until(lambda: [b for b in kernel.updates() if b[MIME] == bundle[MIME]])
        assert [b["text/markdown"] for b in final] == ["one two"]
        # No front end is shown a widget whose kernel may be gone: then it would not show the text.
        assert set(final[0]) == {MIME, "text/markdown", "text/plain"}
        assert stream_id in kernel.printed(kernel.run("print(s.id)"))

    def test_little_goes_to_the_page_before_the_first_word(self, kernel):
        opened = set(kernel.opened)
        cell = kernel.run("script = Script(); s = stream(script)")
        [bundle] = kernel.shown(cell)
        comm = bundle[WIDGET]["model_id"]
        kernel.until(lambda: "deltas" in [said["type"] for said in kernel.comms[comm]])
        assert set(kernel.opened) - opened == {comm}
        states = kernel.heard(comm, "state")
        # The kernel says that it lives when there was nothing to tell for two seconds.
        assert len(states) == 1 or states[-1]["state"]["elapsed"] > 2
        # With the envelopes of the three messages it is below 6,000 bytes.
        assert len(json.dumps([kernel.opened[comm], bundle, states[0]])) <= 4400
        kernel.run("script.go.set(); s.result()")

    def test_an_unfinished_snapshot_says_how_to_see_the_rest(self, kernel):
        cell = kernel.run("script = Script(); s = stream(script)")
        [bundle] = kernel.shown(cell)
        assert "still being written" in bundle["text/markdown"]
        assert bundle[MIME]["stream_id"] in bundle["text/plain"]
        kernel.run("script.go.set(); s.result()")

    @pytest.mark.parametrize(
        "code",
        [
            "s = stream(['x'])",
            "stream(['x'])",
            "await stream(['x']);",
            "s = stream(['x'])\ns",
            "s = stream(['x'])\ns.result();",
            "with create() as w: w.write('x')",
        ],
    )
    def test_it_is_shown_once_however_it_is_used(self, kernel, code):
        bundles = kernel.shown(kernel.run(code))
        assert [MIME in bundle for bundle in bundles if MIME in bundle] == [True]

    def test_shown_again_in_a_later_cell_it_is_one_more_output(self, kernel):
        first = kernel.run("s = stream(['x']); s.result();")
        again = kernel.run("s")
        [bundle] = kernel.shown(again)
        assert bundle[MIME] == kernel.shown(first)[0][MIME]
        assert bundle["text/plain"] == "x"
        kernel.run("print(s.status)")
        assert len(kernel.shown(again)) == len(kernel.shown(first)) == 1

    def test_show_false_shows_nothing(self, kernel):
        cell = kernel.run("s = stream(['x'], show=False); await s;")
        assert kernel.shown(cell) == []

    def test_the_awaiting_cell_says_the_final_text_itself(self, kernel):
        cell = kernel.run("await stream(['one ', 'two']);")
        updates = [c["data"] for kind, c in kernel.outputs[cell] if kind == "update_display_data"]
        assert [bundle["text/plain"] for bundle in updates] == ["one two"]

    def test_an_empty_and_a_failed_stream_say_why_there_is_no_text(self, kernel):
        for code, words in (
            ("s = stream(iter([]))", "*The stream is empty (done).*"),
            ("s = stream(lambda: 1 / 0)", "division by zero"),
        ):
            [bundle] = kernel.shown(kernel.run(code))
            mime = bundle[MIME]
            final = kernel.until(lambda m=mime: [b for b in kernel.updates() if b[MIME] == m])
            assert final[0]["text/plain"] == words


class TestComm:
    def test_text_comes_from_a_kernel_that_is_busy_and_a_stop_reaches_it(self, kernel, there):
        code = "s = stream(Script())\nwhile s.status != 'cancelled': time.sleep(0.01)"
        cell = kernel.begin(code)
        comm = comm_of(kernel.until(lambda: kernel.shown(cell))[0])
        kernel.until(lambda: kernel.text(comm) == "first ")
        assert not kernel.has_ended(cell)
        stream_id = kernel.shown(cell)[0][MIME]["stream_id"]
        there(lambda store: store.request_cancel(stream_id))
        kernel.until(lambda: kernel.has_ended(cell))
        kernel.until(lambda: "cancelled" in kernel.statuses(comm))
        assert kernel.comms[comm][-1]["type"] == "state"  # after the last text

    def test_a_page_that_attaches_is_sent_what_it_misses(self, kernel):
        cell = kernel.run("s = stream(['one ', 'two']); s.result();")
        comm = comm_of(kernel.shown(cell)[0])
        kernel.until(lambda: "done" in kernel.statuses(comm))
        kernel.comms[comm].clear()
        kernel.say(comm, type="attach", offset=4)
        kernel.until(lambda: kernel.heard(comm, "state"))
        [deltas] = kernel.heard(comm, "deltas")
        assert deltas["deltas"] == [{"offset": 4, "kind": "text", "text": "two"}]
        assert kernel.comms[comm][-1]["state"]["status"] == "done"

    def test_a_page_can_stop_the_stream(self, kernel):
        cell = kernel.run("s = stream(Script())")
        comm = comm_of(kernel.shown(cell)[0])
        kernel.until(lambda: kernel.text(comm) == "first ")
        kernel.say(comm, type="cancel")
        kernel.until(lambda: "cancelled" in kernel.statuses(comm))

    def test_a_page_can_ask_for_the_viewer(self, kernel):
        comm = comm_of(kernel.shown(kernel.run("s = stream(['x'])"))[0])
        kernel.say(comm, type="viewer")
        [viewer] = kernel.until(lambda: kernel.heard(comm, "viewer"))
        assert "export" in viewer["source"]

    def test_nonsense_from_a_page_does_no_harm(self, kernel):
        comm = comm_of(kernel.shown(kernel.run("s = stream(['x']); s.result();"))[0])
        for content in ({"type": "attach", "offset": "x"}, {"type": "attach", "offset": -5}, {}):
            kernel.say(comm, **content)
        kernel.say(comm, type="viewer")
        kernel.until(lambda: kernel.heard(comm, "viewer"))

    def test_the_body_is_not_sent_again_for_each_delta(self, kernel):
        cell = kernel.run("s = stream(f'{n:03} ' for n in range(1000)); s.result();")
        comm = comm_of(kernel.shown(cell)[0])
        whole = "".join(f"{n:03} " for n in range(1000))
        kernel.until(lambda: kernel.text(comm) == whole)
        assert len(kernel.heard(comm, "deltas")) < 200  # about one a frame


class TestWatch:
    async def test_another_processs_stream_feeds_the_page_that_attaches(self, kernel, elsewhere):
        lease = await begin(elsewhere, "theirs")
        await say(elsewhere, lease, "one ")
        cell = kernel.run("w = watch('theirs')")
        [bundle] = kernel.shown(cell)
        body, more = bundle["text/plain"].split("\n\n")
        assert body == "one "
        assert "still being written" in more
        comm = comm_of(bundle)
        kernel.say(comm, type="attach", offset=0)
        kernel.until(lambda: kernel.text(comm) == "one ")
        await say(elsewhere, lease, "two", offset=4)
        kernel.until(lambda: kernel.text(comm) == "one two")
        await elsewhere.finish(lease, Status.DONE, Report())
        kernel.until(lambda: "done" in kernel.statuses(comm))
        final = kernel.until(lambda: [b for b in kernel.updates() if b[MIME] == bundle[MIME]])
        assert final[0]["text/plain"] == "one two"


def test_a_stream_knows_where_it_comes_from(kernel, there, path):
    [bundle] = kernel.shown(kernel.run("s = stream(['x'])"))
    source = there(lambda store: store.info(bundle[MIME]["stream_id"])).provenance
    assert (source.kernel_id, source.cell_id) == (KERNEL_ID, CELL_ID)
    assert (source.notebook, source.provider) == ("work/demo.ipynb", "iterable")
    assert source.host


@pytest.mark.slow
def test_a_kernel_that_is_shut_down_keeps_the_tail_and_says_why(there, tmp_path):
    notebook = Notebook(tmp_path, NB_STREAM_STORE=str(tmp_path / "own.db"))
    try:
        code = "s = stream(Script(), chunk_by='paragraph', max_delay=3600)"
        cell = notebook.run(PRELUDE + code)
        bundle = notebook.shown(cell)[0]
        notebook.until(lambda: notebook.text(comm_of(bundle)) == "first ")
        notebook.client.shutdown()
        until(lambda: not notebook.manager.is_alive())
    finally:
        notebook.close()
    stream_id = bundle[MIME]["stream_id"]
    info = there(lambda store: store.info(stream_id), tmp_path / "own.db")
    assert info.status is Status.TIMEOUT
    assert "shut down before the model had finished" in info.error["message"]
    assert there(lambda store: body(store, stream_id), tmp_path / "own.db")[0].text == "first "
