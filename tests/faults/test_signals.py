"""A process is asked to end, or put to sleep while it writes."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from nb_persistent_stream.protocol import Status, text_of
from nb_persistent_stream.store import LeaseWatch

from ..kernel.notebook import Notebook
from ..store.acts import body
from ..waiting import eventually, until

pytestmark = pytest.mark.slow

# Nothing of this is stored before the end, unless somebody flushes it.
TALK = """
import time
from nb_persistent_stream import stream

def talk():
    yield "half a paragraph"
    time.sleep(3600)

s = stream(talk, chunk_by="paragraph", max_delay=3600)
while not s.text:
    time.sleep(0.01)
"""

# The loop waits for a lock that the main thread holds when SIGTERM comes: `concurrent.futures` and
# others take some in passing.
HELD = """
import signal, threading
from nb_persistent_stream.kernel.runtime import runtime

lock = threading.Lock()
with lock:
    runtime().loop.call_soon_threadsafe(lambda: (lock.acquire(), lock.release()))
    print(s.id, flush=True)
    while signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        time.sleep(0.01)
time.sleep(3600)
"""

# SIGTERM comes while a store is being closed, and asks for the same: the second is the slower.
ASKED_WHILE_IT_ENDS = """
import asyncio, os, signal
from nb_persistent_stream.store.sqlite import SqliteStore

close, again = SqliteStore.close, None

async def asked_while_it_ends(self):
    global again
    if again is None:
        again = asyncio.Event()
        os.kill(os.getpid(), signal.SIGTERM)
        await again.wait()
        await close(self)
    else:
        again.set()
        await asyncio.Event().wait()

SqliteStore.close = asked_while_it_ends
"""


@pytest.fixture
def start():
    """Start a program; it is killed at the end if it still runs."""
    runs = []

    def start(code, *, stderr=None, **env):
        command = [sys.executable, "-W", "error", "-c", code]
        environ = os.environ | env
        pipe = subprocess.PIPE
        runs.append(subprocess.Popen(command, stdout=pipe, stderr=stderr, text=True, env=environ))
        return runs[-1]

    yield start
    for run in runs:
        run.kill()
        run.communicate()


@pytest.fixture
def notebook(tmp_path):
    notebook = Notebook(tmp_path)
    yield notebook
    notebook.close()


def ended(there, stream_id):
    info = there(lambda store: store.info(stream_id))
    return info.status, text_of(there(lambda store: body(store, stream_id)))


def the_id(there):
    return there(lambda store: store.live())[0].id


class TestSigterm:
    def test_a_script_flushes_its_tail_and_still_dies_of_it(self, start, there):
        run = start(f"{TALK}\nprint(s.id, flush=True)\ns.result()")
        stream_id = run.stdout.readline().strip()
        run.terminate()
        assert run.wait(30) == -signal.SIGTERM
        assert ended(there, stream_id) == (Status.TIMEOUT, "half a paragraph")

    def test_a_kernel_flushes_its_tail(self, notebook, there):
        notebook.run(TALK)
        stream_id = the_id(there)
        os.kill(notebook.manager.provisioner.pid, signal.SIGTERM)
        until(lambda: ended(there, stream_id) == (Status.TIMEOUT, "half a paragraph"))

    def test_a_lock_that_the_script_holds_then_is_let_go(self, start, there):
        run = start(TALK + HELD)
        stream_id = run.stdout.readline().strip()
        run.terminate()
        assert run.wait(30) == -signal.SIGTERM
        assert ended(there, stream_id) == (Status.TIMEOUT, "half a paragraph")

    def test_a_script_that_is_ending_already_ends_quietly(self, start, there):
        run = start(
            f"{TALK}\nprint(s.id, flush=True)\n{ASKED_WHILE_IT_ENDS}\ns.cancel()",
            stderr=subprocess.PIPE,
        )
        stream_id, errors = (text.strip() for text in run.communicate(timeout=30))
        assert (run.returncode, errors) == (-signal.SIGTERM, "")
        assert ended(there, stream_id) == (Status.CANCELLED, "half a paragraph")

    def test_a_handler_of_the_users_own_is_left_alone(self, start, there):
        run = start(
            "import os, signal\nsignal.signal(signal.SIGTERM, lambda *_: os._exit(7))\n"
            f"{TALK}\nprint(s.id, flush=True)\ntime.sleep(3600)"
        )
        assert run.stdout.readline()
        run.terminate()
        assert run.wait(30) == 7


class TestKernel:
    def test_a_restart_flushes_the_tail(self, notebook, there):
        notebook.run(TALK)
        stream_id = the_id(there)
        notebook.manager.restart_kernel(now=False)
        until(lambda: ended(there, stream_id) == (Status.TIMEOUT, "half a paragraph"))


def sleeps_without_a_lock(run, path):
    """Put a process to sleep, unless it is in the midst of a commit, which would hold up all."""
    run.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, run.pid, os.WSTOPPED)
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as other:
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            run.send_signal(signal.SIGCONT)
            return False
    return True


def test_a_driver_that_slept_for_more_than_a_lease_writes_no_more(start, there, path):
    run = start(
        "import time\nfrom nb_persistent_stream import stream\n"
        "def talk():\n  while True:\n    yield 'word '\n    time.sleep(0.005)\n"
        "s = stream(talk)\nprint(s.id, flush=True)\n"
        "try: s.result()\nexcept Exception as error: print(s.status, error, flush=True)",
        NB_STREAM_LEASE="1",
    )
    stream_id = run.stdout.readline().strip()
    until(lambda: there(lambda store: store.info(stream_id)).length > 50)
    until(lambda: sleeps_without_a_lock(run, path))

    async def expire(store):
        watch = LeaseWatch(store, 1)
        await eventually(watch.sweep)

    there(expire)
    status, text = ended(there, stream_id)
    assert status is Status.TIMEOUT
    run.send_signal(signal.SIGCONT)
    assert run.stdout.readline().startswith("timeout The kernel went away")
    assert ended(there, stream_id) == (Status.TIMEOUT, text)
    assert text == "word " * (len(text) // 5)
    assert run.wait(30) == 0
