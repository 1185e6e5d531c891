import faulthandler
import signal

import pytest
from hypothesis import settings

from .server.process import JupyterServer

# A busy machine is no reason to fail, and most bugs show in the first few dozen examples.
settings.register_profile("quick", max_examples=50, deadline=None)
settings.load_profile("quick")

# A shell that starts the tests in the background has interrupts ignored, and that is inherited.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_unconfigure():
    # A thread that a failed test has left behind would hold up the end for ever; it is told here.
    faulthandler.dump_traceback_later(60, exit=True)


@pytest.fixture(scope="session")
def far_server(tmp_path_factory):
    """A Jupyter server that keeps streams for others; its tests' drivers have no pulse."""
    folder = tmp_path_factory.mktemp("far")
    server = JupyterServer(folder, folder / "streams.db", lease=3000, base_url="/user/alice/")
    yield server
    server.stop()


@pytest.fixture
def empty_server(far_server):
    """The same, with no stream in it."""
    for stream in far_server.streams(limit=500):
        far_server.delete(stream["stream_id"])
    return far_server
