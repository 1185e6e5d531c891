"""The npm client in Node, as docs/http.md shows it, through two deaths of its server."""

import os
import re
import subprocess
import threading
from pathlib import Path

import pytest

from .deaths import Driver, survived
from .process import TOKEN, JupyterServer

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
EXAMPLES = re.findall(r"```js\n(.*?)```", (ROOT / "docs" / "http.md").read_text("utf-8"), re.DOTALL)


@pytest.fixture
def server(tmp_path):
    # The test's driver has no pulse: no sweep may end its stream.
    server = JupyterServer(tmp_path, tmp_path / "streams.db", lease=3000, base_url="/user/alice/")
    yield server
    server.stop()


@pytest.fixture
def node(server):
    """The docs' example at work."""
    env = {"JUPYTER_URL": server.url, "JUPYTER_TOKEN": TOKEN, "STREAM_ID": "one"}
    processes = []

    def start():
        process = subprocess.Popen(
            ["node", "--input-type=module", "-e", EXAMPLES[0]],
            cwd=ROOT / "js",
            env={**os.environ, **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        said = []
        reading = threading.Thread(target=lambda: said.extend(iter(process.stdout.read1, b"")))
        reading.start()
        processes.append((process, reading))
        return lambda: b"".join(said).decode()

    yield start
    for process, reading in processes:
        process.kill()
        process.wait()
        reading.join()
        process.stdout.close()


def test_it_sees_each_delta_once_and_the_end(server, node):
    driver = Driver(server.store, "one")
    assert survived(server, driver, node) == f"{driver.said}\n[done]\n"
