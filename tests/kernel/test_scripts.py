"""Programs as people run them: real processes, real terminals, real kills."""

import os
import pty
import signal
import subprocess
import sys

import pytest

from nb_persistent_stream.protocol import Status, text_of
from nb_persistent_stream.sources.demo import compose

from ..store.acts import body
from ..waiting import until
from .terminal import read_terminal

PRELUDE = "from nb_persistent_stream import create, get, stream, watch\n"


@pytest.fixture
def start():
    """Start a program; it is killed at the end if it still runs."""
    runs = []

    def start(code, **more):
        more = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "text": True} | more
        command = [sys.executable, "-W", "error", "-c", PRELUDE + code]
        runs.append(subprocess.Popen(command, stderr=subprocess.STDOUT, **more))
        return runs[-1]

    yield start
    for run in runs:
        run.kill()
        run.wait()
        if run.stdout:
            run.stdout.close()


def output(run):
    out, _ = run.communicate(timeout=60)
    assert run.returncode == 0, out
    return out


def terminal_output(start, code):
    """What a terminal gets from a program."""
    here, there = pty.openpty()
    run = start(code, stdout=there, stdin=there, text=False)
    os.close(there)
    printed = read_terminal(here)
    assert run.wait(60) == 0, printed
    return printed


class TestEnd:
    def test_a_script_that_ends_at_once_still_gets_its_answer(self, start, there):
        out = output(start("print(stream('p', model='demo', pace=2000).id)"))
        info = there(lambda store: store.info(out.strip()))
        assert info.status is Status.DONE
        assert text_of(there(lambda store: body(store, info.id))) == compose("p")

    def test_a_writer_that_was_not_closed_is_ended_with_words(self, start, there):
        out = output(start("w = create(); w.write('half'); print(w.id)"))
        info = there(lambda store: store.info(out.strip()))
        assert (info.status, info.length) == (Status.TIMEOUT, 4)
        assert "What was said until then is kept" in info.error["message"]

    def test_an_exception_of_the_script_does_not_lose_the_stream(self, start, there):
        run = start("print(stream(['one ', 'two']).id, flush=True)\n1 / 0")
        out, _ = run.communicate(timeout=60)
        assert (run.returncode, "ZeroDivisionError" in out) == (1, True)
        info = there(lambda store: store.info(out.split()[0]))
        assert (info.status, info.length) == (Status.DONE, 7)

    def test_an_interrupt_while_it_waits_stops_the_stream(self, start, there):
        run = start("s = stream('p', model='demo', pace=5)\nprint(s.id, flush=True)\ns.result()")
        stream_id = run.stdout.readline().strip()
        until(lambda: there(lambda store: store.info(stream_id)).length)
        run.send_signal(signal.SIGINT)
        out, _ = run.communicate(timeout=60)
        assert "KeyboardInterrupt" in out
        assert there(lambda store: store.info(stream_id)).status is Status.CANCELLED


def test_a_kill_leaves_an_exact_prefix_and_who_waits_elsewhere_is_told(start, there):
    run = start("import time\nprint(stream('p', model='demo').id, flush=True)\ntime.sleep(99)")
    stream_id = run.stdout.readline().strip()
    until(lambda: there(lambda store: store.info(stream_id)).length > 50)
    run.kill()
    run.wait()
    waiter = start(
        "from nb_persistent_stream import StreamFailed\n"
        f"try: get('{stream_id}').result()\n"
        "except StreamFailed as error: print(repr(error.text), error, sep='|', end='')",
        env=os.environ | {"NB_STREAM_LEASE": "1"},
    )
    text, _, message = output(waiter).partition("|")
    whole = text_of(there(lambda store: body(store, stream_id)))
    assert compose("p").startswith(whole)
    assert len(whole) > 40
    assert text == repr(whole)
    assert message.startswith("The kernel went away")
    assert there(lambda store: store.info(stream_id)).status is Status.TIMEOUT


class TestTerminal:
    def test_it_prints_all_of_a_stream_even_if_the_script_ends_at_once(self, start):
        code = "stream(f'{n} ' for n in range(3000))"
        assert terminal_output(start, code) == "".join(f"{n} " for n in range(3000)) + "\n"

    def test_it_prints_before_the_end(self, start):
        code = (
            "import threading\ngo = threading.Event()\n"
            "def say():\n  yield 'first '\n  go.wait()\n  yield 'last'\n"
            "s = stream(say)\ninput()\ngo.set()\ns.result()"
        )
        here, there = pty.openpty()
        run = start(code, stdin=there, stdout=there, text=False)
        os.close(there)
        read = b"".join(iter(lambda: os.read(here, 1), b" "))
        assert read == b"first"
        os.write(here, b"\n")
        assert b"last" in b"".join(iter(lambda: os.read(here, 1), b"t")) + b"t"
        assert run.wait(60) == 0
        os.close(here)

    def test_a_text_can_not_command_it(self, start):
        code = "stream(['a\\x1b[31m', 'b\\x07 ', '\\x9b2Jc\\td\\n'])"
        assert terminal_output(start, code) == "a[31mb 2Jc\td\n"

    def test_a_failure_is_said_under_the_text(self, start):
        code = "def say():\n  yield 'half'\n  raise RuntimeError('no\\x1b[2J quota')\nstream(say)"
        assert terminal_output(start, code) == "half\n[error] no[2J quota\n"

    @pytest.mark.parametrize("code", ["stream(['text']).result()", "stream(['text'])"])
    def test_a_pipe_gets_nothing(self, start, code):
        assert output(start(code)) == ""

    def test_show_false_prints_nothing(self, start):
        assert terminal_output(start, "stream(['text'], show=False).result()") == ""

    def test_watch_prints_a_stored_stream(self, start):
        output(start("stream(['stored ', 'text'])"))
        assert terminal_output(start, "watch().result()") == "stored text\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_fork_neither_hangs_nor_touches_its_parents_stream(start, there):
    code = """
import os, sys, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # of the fork, since Python 3.12
from nb_persistent_stream import PersistentStreamError
w = create()
w.write("parent ")
pid = os.fork()
if pid == 0:
    try:
        w.cancel()
    except PersistentStreamError as error:
        print(error)
    sys.exit(3)
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 3
w.write("goes on")
w.close()
print(w.status, w.id)
"""
    lines = output(start(code)).splitlines()
    assert "forked" in lines[0]
    status, stream_id = lines[1].split()
    assert status == "done"
    assert text_of(there(lambda store: body(store, stream_id))) == "parent goes on"
