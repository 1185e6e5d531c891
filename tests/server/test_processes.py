"""Real drivers that vanish: kernels of a real server, and scripts."""

import os
import signal
import subprocess
import sys

import pytest

from ..waiting import until
from .process import JupyterServer, Kernel

pytestmark = pytest.mark.slow

WORD = "Wörter "
TALK = f"""
import time
from nb_persistent_stream import stream

def talk():
    while True:
        yield {WORD!r}
        time.sleep(0.01)

s = stream(talk())
"""


def serve(tmp_path_factory, lease):
    folder = tmp_path_factory.mktemp("jupyter")
    return JupyterServer(folder, folder / "streams.db", lease)


@pytest.fixture(scope="module")
def patient_server(tmp_path_factory):
    """A server that waits so long for a beat that only its own eyes can tell what is gone."""
    server = serve(tmp_path_factory, lease=600)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def hasty_server(tmp_path_factory):
    server = serve(tmp_path_factory, lease=2)
    yield server
    server.stop()


@pytest.fixture
def kernel(patient_server):
    return Kernel(patient_server)


def speaking(server, kernel_id=None):
    """The id of the newest stream, once it speaks."""
    until(lambda: server.streams() and server.streams()[0]["length"] > 100)
    newest = server.streams()[0]
    assert (newest["status"], newest["kernel_id"]) == ("streaming", kernel_id)
    return newest["stream_id"]


def ended_as_timeout(server, stream_id):
    state = until(lambda: (state := server.stream(stream_id))["finished_at"] and state)
    assert state["status"] == "timeout"
    assert "What was said until then is kept" in state["error"]["message"]
    text = server.text(stream_id)
    assert len(text.encode()) == state["length"] > 100
    assert (WORD * len(text)).startswith(text)


def test_a_killed_kernel_ends_its_stream_at_once(patient_server, kernel):
    pid = kernel.run(TALK)
    stream_id = speaking(patient_server, kernel.id)
    os.kill(pid, signal.SIGKILL)
    ended_as_timeout(patient_server, stream_id)


def test_a_restarted_kernel_ends_its_stream_and_starts_anew(patient_server, kernel):
    kernel.run(TALK)
    before = speaking(patient_server, kernel.id)
    kernel.restart()
    ended_as_timeout(patient_server, before)
    kernel.run(TALK)
    after = speaking(patient_server, kernel.id)
    assert after != before
    kernel.shut_down()
    ended_as_timeout(patient_server, after)


def test_a_killed_script_ends_its_stream_by_its_lease(hasty_server):
    script = subprocess.Popen(
        [sys.executable, "-c", f"{TALK}\ns.result()"],
        env=hasty_server.env,
        stdout=subprocess.DEVNULL,
    )
    try:
        stream_id = speaking(hasty_server)
    finally:
        script.kill()
        script.wait()
    ended_as_timeout(hasty_server, stream_id)
