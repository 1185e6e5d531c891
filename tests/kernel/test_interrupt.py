"""Interrupts in a real kernel, at any moment: the wait and its stream end, the text stays."""

import ast

import pytest

from .notebook import Notebook

# Nothing else happens in this kernel while the model is silent: nothing but the signal wakes it.
SETUP = """
import asyncio, signal, sys, threading, time
from itertools import count
from pathlib import Path
import nb_persistent_stream
from nb_persistent_stream import stream
from nb_persistent_stream.kernel.interrupts import outcome
from nb_persistent_stream.kernel.runtime import runtime

async def hesitant():
    yield "said "
    await asyncio.Event().wait()

async def speak():
    s = stream(hesitant(), show=False)
    async for delta in s:
        return s

def result(s):
    threading.Thread(target=tell_when_it_blocks).start()
    s.result()

def tell_when_it_blocks():
    until_it_blocks()
    print("waits", flush=True)

def interrupt_this_thread():
    until_it_blocks()
    signal.pthread_kill(threading.get_ident(), signal.SIGINT)

def until_it_blocks():
    while sys._current_frames()[threading.main_thread().ident].f_code is not outcome.__code__:
        time.sleep(0.01)

def stream_interrupted_at(n):
    # Where Python runs a signal's handler: a function begins, or has called one of C.
    left, home = n, str(Path(nb_persistent_stream.__file__).parent)

    def interrupt(frame, event, arg):
        nonlocal left
        left -= event in ("call", "c_return") and frame.f_code.co_filename.startswith(home)
        if not left:
            sys.setprofile(None)
            raise KeyboardInterrupt

    sys.setprofile(interrupt)
    try:
        s = stream(hesitant())
    except KeyboardInterrupt:
        return True
    finally:
        sys.setprofile(None)
    s.cancel()
    return False

def interrupt_each_step():
    for n in count(1):
        if not stream_interrupted_at(n):
            return n
        deadline = time.monotonic() + 10
        while runtime().drivers:
            assert time.monotonic() < deadline, f"step {n} leaves a stream"
            time.sleep(0.001)
"""
SPEAK = "s = await speak()\n"
TELL = SPEAK + "print('waits', flush=True)\n"
WAITS = {
    "await": TELL + "await s",
    "async for": TELL + "async for delta in s: pass",
    "in a task": TELL + "async def wait(): await s\nawait asyncio.gather(wait())",
    "result": "s = stream(hesitant(), show=False)\nwhile not s.text: pass\nresult(s)",
    "result in an async cell": SPEAK + "result(s)",
    "result in a task": SPEAK + "async def wait(): result(s)\nawait asyncio.gather(wait())",
}


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    folder = tmp_path_factory.mktemp("interrupts")
    notebook = Notebook(folder, NB_STREAM_STORE=str(folder / "streams.db"))
    notebook.run(SETUP)
    yield notebook
    notebook.close()


def interrupted(notebook, code):
    """Interrupt a cell once, as soon as it says that it waits; gives the errors it ends with."""
    cell = notebook.begin(code)
    notebook.until(lambda: "waits" in notebook.printed(cell))
    notebook.manager.interrupt_kernel()
    notebook.until(lambda: notebook.has_ended(cell))
    return [content["ename"] for kind, content in notebook.outputs[cell] if kind == "error"]


@pytest.mark.parametrize("code", WAITS.values(), ids=WAITS)
def test_an_interrupt_ends_the_wait_and_its_stream(notebook, code):
    for _ in range(3):
        (error,) = interrupted(notebook, code)
        assert error in ("CancelledError", "KeyboardInterrupt")
        notebook.until(lambda: value(notebook, "s.status") == "cancelled")
        assert value(notebook, "s.text") == "said "


def test_an_interrupt_that_another_thread_gets_ends_the_wait(notebook):
    code = "s = stream(hesitant(), show=False)\nwhile not s.text: pass\n"
    code += "threading.Thread(target=interrupt_this_thread).start()\ns.result()"
    cell = notebook.begin(code)
    notebook.until(lambda: notebook.has_ended(cell))
    assert [c["ename"] for kind, c in notebook.outputs[cell] if kind == "error"] == [
        "KeyboardInterrupt"
    ]
    notebook.until(lambda: value(notebook, "s.status") == "cancelled")


def test_an_interrupt_at_any_step_leaves_no_stream_that_nobody_holds(notebook):
    notebook.run("steps = interrupt_each_step()")
    assert value(notebook, "steps") > 100


def test_an_interrupt_leaves_what_another_handle_began(notebook):
    code = "own = await speak()\ns = type(own)(runtime(), own._store, own.id)\n"
    code += "print('waits', flush=True)\nawait s"
    interrupted(notebook, code)
    assert value(notebook, "own.status") == "streaming"
    notebook.run("own.cancel()")


def value(notebook, expression):
    return ast.literal_eval(notebook.printed(notebook.run(f"print(repr({expression}))")))
