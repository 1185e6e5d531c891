"""What a kernel sends to front ends that reach no server: VS Code, Colab, marimo."""

import json
import re
from types import SimpleNamespace

import pytest

from nb_persistent_stream.kernel import pace

from .notebook import MIME, WIDGET, Notebook, comm_of

PRELUDE = """
import os, sys, time, types
from nb_persistent_stream import create, stream, watch
from nb_persistent_stream.kernel import frontend

def talk(path):
    yield "first "
    while os.path.exists(path):
        time.sleep(0.01)
    yield "last"
"""


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """A kernel that VS Code has started."""
    folder = tmp_path_factory.mktemp("kernel")
    notebook = Notebook(folder, NB_STREAM_STORE=str(folder / "streams.db"), VSCODE_PID="1")
    notebook.run(PRELUDE)
    yield notebook
    notebook.close()


@pytest.fixture
def go(tmp_path):
    path = tmp_path / "go"
    path.touch()
    yield path
    path.unlink(missing_ok=True)


@pytest.mark.parametrize(
    ("setting", "reached"),
    [
        ("env = {'JPY_SESSION_NAME': '/home/ada/a.ipynb'}", True),  # JupyterLab, Notebook 7
        ("env = {'JPY_SESSION_NAME': '/a', 'VSCODE_PID': '1'}", True),  # from VS Code's terminal
        ("env = {'JPY_SESSION_NAME': '/home/ada/'}", True),  # nbclassic
        ("env = {}", True),  # Voila, and programs that execute notebooks
        ("env = {'VSCODE_PID': '1'}", False),
        ("env = {}; get_ipython().user_ns['__vsc_ipynb_file__'] = '/a.ipynb'", False),
        ("env = {'JPY_SESSION_NAME': '/home/ada/a-jvsc-1234.ipynb'}", False),  # on a server
        ("env = {'JPY_SESSION_NAME': '/a'}; sys.modules['google.colab'] = types", False),
    ],
)
def test_which_pages_reach_a_server(kernel, setting, reached):
    code = f"""
before = dict(os.environ)
for name in [n for n in os.environ if n.startswith(('VSCODE_', 'JPY_'))]: del os.environ[name]
{setting}
os.environ.update(env)
print(frontend.has_server())
os.environ.clear(); os.environ.update(before)
sys.modules.pop('google.colab', None); get_ipython().user_ns.pop('__vsc_ipynb_file__', None)
"""
    cell = kernel.run(code)
    kernel.until(lambda: kernel.printed(cell))
    assert kernel.printed(cell) == f"{reached}\n"


def test_the_widget_brings_all_that_its_page_needs(kernel):
    cell = kernel.run("s = stream(['x']);")
    [bundle] = kernel.shown(cell)
    state = kernel.opened[comm_of(bundle)]
    assert "Waiting for the kernel to send" in state["_esm"]  # it is ours,
    assert "nbps-header" in state["_esm"]  # with the viewer,
    assert not re.search(r'\bimport[\w*{},\s$]*from"', state["_esm"])  # and needs nothing else
    assert len(json.dumps(state)) < 512_000
    assert (state["stream_id"], state["role"]) == (bundle[MIME]["stream_id"], "driver")


def test_the_bundle_is_a_widget_while_the_stream_lives_and_markdown_after(kernel, go):
    cell = kernel.run(f"s = stream(talk({str(go)!r}))")
    [live] = kernel.shown(cell)
    assert set(live) == {MIME, WIDGET, "text/markdown", "text/plain"}
    go.unlink()
    [final] = kernel.until(lambda: [b for b in kernel.updates() if b[MIME] == live[MIME]])
    assert set(final) == {MIME, "text/markdown", "text/plain"}
    assert final["text/markdown"] == "first last"


@pytest.mark.parametrize("shown", ["s = stream(talk({go!r}))", "watch(s.id)"])
def test_a_page_that_opens_late_is_told_all_though_the_kernel_is_busy(kernel, go, shown):
    if shown.startswith("watch"):
        kernel.run(f"s = stream(talk({str(go)!r}), show=False)")
    code = shown.format(go=str(go)) + f"\nwhile os.path.exists({str(go)!r}): time.sleep(0.01)"
    cell = kernel.begin(code)
    comm = comm_of(kernel.until(lambda: kernel.shown(cell))[0])
    kernel.until(lambda: kernel.heard(comm, "deltas"))
    kernel.comms[comm].clear()  # the page was not there yet
    kernel.until(lambda: kernel.text(comm) == "first ")
    assert not kernel.has_ended(cell)
    assert "streaming" in kernel.statuses(comm)


async def test_it_is_said_again_until_a_page_was_heard_and_never_where_pages_have_a_server(
    monkeypatch,
):
    monkeypatch.setattr(pace, "_FIRST_REPEAT", 0.001)
    widget, said = SimpleNamespace(has_server=False, heard=False), []

    async def say():
        said.append("all")
        widget.heard = len(said) == 3

    await pace.repeat(widget, say)
    assert len(said) == 3
    await pace.repeat(SimpleNamespace(has_server=True, heard=False), say)
    assert len(said) == 3


def test_no_message_is_large_however_long_the_body(kernel):
    cell = kernel.run("s = stream(f'{n:05} ' * 100 for n in range(1000)); s.result();")
    comm = comm_of(kernel.shown(cell)[0])
    kernel.say(comm, type="attach", offset=0)
    kernel.until(lambda: "done" in kernel.statuses(comm))
    sizes = [len(json.dumps(message)) for message in kernel.comms[comm]]
    assert max(sizes) < 128_000


def test_marimo_is_shown_the_widget_itself(kernel):
    """Its runtime has no IPython; it asks a value how to display it."""
    kernel.run("s = stream(['x'], show=False)")
    cell = kernel.run("w = s._display_(); print(w is s._display_(), w.comm.comm_id)")
    kernel.until(lambda: kernel.printed(cell))
    same, comm = kernel.printed(cell).split()
    assert same == "True"
    kernel.until(lambda: kernel.text(comm) == "x")
    assert kernel.shown(cell) == []
