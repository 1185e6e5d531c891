"""Interrupts in a real kernel, at any moment: the wait and its stream end, the text stays."""

import ast

import pytest

from .notebook import Notebook

# Nothing else happens in this kernel while the model is silent: nothing but the signal wakes it.
SETUP = """
import asyncio, sys, threading, time
from nb_persistent_stream import stream
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
    main = threading.main_thread().ident
    while sys._current_frames()[main].f_code is not threading.Condition.wait.__code__:
        time.sleep(0.01)
    print("waits", flush=True)
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
BEGINS = {
    "await": "print('waits', flush=True); s = stream(hesitant())\nawait s",
    "result": "print('waits', flush=True); s = stream(hesitant())\ns.result()",
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


@pytest.mark.parametrize("code", BEGINS.values(), ids=BEGINS)
def test_an_interrupt_leaves_no_stream_that_nobody_holds(notebook, code):
    for _ in range(5):
        # Between two statements of a cell it meets IPython, which may end the cell without a word.
        assert interrupted(notebook, code) in ([], ["CancelledError"], ["KeyboardInterrupt"])
        notebook.until(lambda: value(notebook, "len(runtime().drivers)") == 0)


def test_an_interrupt_leaves_what_another_handle_began(notebook):
    code = "own = await speak()\ns = type(own)(runtime(), own._store, own.id)\n"
    code += "print('waits', flush=True)\nawait s"
    interrupted(notebook, code)
    assert value(notebook, "own.status") == "streaming"
    notebook.run("own.cancel()")


def value(notebook, expression):
    return ast.literal_eval(notebook.printed(notebook.run(f"print(repr({expression}))")))
