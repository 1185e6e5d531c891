"""The examples of docs/http.md run, in order, as one reader would run them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from .process import TOKEN, JupyterServer

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "http.md").read_text("utf-8")
SHELL = re.findall(r"```sh\n(.*?)```", DOCS, re.DOTALL)
SCRIPTS = re.findall(r"```js\n(.*?)```", DOCS, re.DOTALL)
ANSWER = """
from nb_persistent_stream import stream
answer = stream(iter(["Hello ", "world"]))
answer.result()
print(answer.id)
"""


@pytest.fixture
def server(tmp_path):
    server = JupyterServer(tmp_path, tmp_path / "streams.db", lease=15, base_url="/user/alice/")
    yield server
    server.stop()


@pytest.fixture
def env(server):
    return {**os.environ, **server.env, "JUPYTER_URL": server.url, "JUPYTER_TOKEN": TOKEN}


def run(*command, **how):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **how)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_curl_examples_run(env, server):
    setting, *examples = SHELL
    assert len(examples) == 7
    said = [run("bash", "-euc", f"{setting}\n{example}", env=env) for example in examples]
    create, append, listed, read, label, stop, driven = said
    assert (create, append) == ("", "")
    assert listed.count('"stream_id": "build-log"') == 2
    whole = "Building...\nTesting...\nDone.\n"
    assert read.startswith(whole)
    assert "event: data\ndata:Building...\ndata:Testing...\ndata:Done.\n" in read
    assert '"streamClosed": true' in read
    assert '"title": "Nightly build"' in label
    assert '"status": "done"' in stop  # it had ended before
    assert driven.startswith("nullnullnullnulldata:")
    assert driven.count("data:") == 2
    assert server.text("nightly") == "All is well."
    assert [stream["status"] for stream in server.streams()] == ["done"]


def test_the_npm_clients_example_runs(env):
    script, _ = SCRIPTS  # the other one is a page's: see tests/e2e/test_npm_client.py
    assert len(script.strip().splitlines()) <= 12
    stream_id = run(sys.executable, "-c", ANSWER, env=env).splitlines()[-1]
    node = ("node", "--input-type=module", "-e", script)
    said = run(*node, env={**env, "STREAM_ID": stream_id}, cwd=ROOT / "js")
    assert said == "Hello world\n[done]\n"
