"""What a page is shown of a stream that is reused, by a real kernel."""

import pytest

from nb_persistent_stream.sources.demo import compose

from .notebook import MIME, WIDGET, Notebook, comm_of

AFRESH = {"nb-persistent-stream:afresh": True}


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kernel")
    notebook = Notebook(
        folder,
        NB_STREAM_STORE=str(folder / "streams.db"),
        NB_STREAM_DURABILITY="normal",
        NB_STREAM_MODEL="demo",
        JPY_SESSION_NAME="work/demo.ipynb",
    )
    notebook.run("from nb_persistent_stream import stream")
    yield notebook
    notebook.close()


def shown(kernel, code, **metadata):
    [bundle] = kernel.shown(kernel.run(code, **metadata))
    return bundle


def test_an_answer_that_is_stored_is_there_at_once_and_needs_no_widget(kernel):
    ask = "s = stream('one', pace=5000, reuse='cell')"
    first = shown(kernel, ask)
    kernel.run("s.result();")
    again = shown(kernel, ask)
    assert again[MIME] == {
        "stream_id": first[MIME]["stream_id"],
        "model_id": again[MIME]["model_id"],
        "reused": True,
    }
    assert set(again) == {MIME, "text/markdown", "text/plain"}
    assert again["text/plain"] == compose("one")
    assert "reused" not in first[MIME]


def test_one_that_is_being_written_is_shown_live(kernel):
    ask = "s = stream('two', pace=20, reuse=True)"
    first, again = shown(kernel, ask), shown(kernel, ask)
    assert again[MIME]["stream_id"] == first[MIME]["stream_id"]
    assert (again[MIME]["reused"], WIDGET in again) == (True, True)
    states = [kernel.opened[comm_of(bundle)] for bundle in (first, again)]
    assert [(state["role"], state["reused"]) for state in states] == [
        ("driver", False),
        ("driver", True),
    ]
    kernel.run("s.cancel()")
    kernel.until(lambda: "cancelled" in kernel.statuses(comm_of(first)))
    kernel.until(lambda: "cancelled" in kernel.statuses(comm_of(again)))


def test_a_run_that_a_person_wants_afresh_reuses_nothing_this_once(kernel):
    ask = "s = stream('three', pace=5000, reuse=True); s.result();"
    first = shown(kernel, ask)[MIME]
    fresh = shown(kernel, ask, **AFRESH)[MIME]
    assert fresh["stream_id"] != first["stream_id"]
    assert "reused" not in fresh
    again = shown(kernel, ask)[MIME]
    assert (again["stream_id"], again["reused"]) == (fresh["stream_id"], True)
