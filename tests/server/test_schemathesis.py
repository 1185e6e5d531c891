"""schemathesis holds a real server to its OpenAPI document, with what fits it and what does not.

No failure of the server, nothing answered that is not described, no bad request taken.
"""

import json
import re
import subprocess
import sys
import urllib.request
from copy import deepcopy
from pathlib import Path

import pytest

from .described import DOCUMENT, operations
from .process import TOKEN, JupyterServer

pytestmark = pytest.mark.slow

CONFIG = Path(__file__).with_name("schemathesis.toml")
REFUSING = 1  # the operation that the configuration leaves out
KINDS = {
    "application/json": b"[1]",
    "text/plain": "ü".encode(),
    "application/octet-stream": b"\xff",
}


@pytest.fixture
def server(tmp_path):
    quick = ["--StreamExtension.long_poll_timeout=0.05", "--StreamExtension.sse_rotation=0.05"]
    server = JupyterServer(
        tmp_path, tmp_path / "streams.db", lease=15, base_url="/user/alice/", options=quick
    )
    yield server
    server.stop()


def run(server, document, *options):
    """Let it try every operation; gives the number of its requests."""
    path = server.folder / "openapi.json"
    path.write_text(json.dumps(document))
    url, token = f"{server.url}/nb-persistent-stream/v1", f"Authorization: token {TOKEN}"
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", CONFIG, "run", path),
        *("--url", url, "--header", token, "--continue-on-failure", "--seed=1", *options),
    ]
    done = subprocess.run(
        command, check=False, cwd=server.folder, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2000:]
    tested, generated = (
        int(re.search(pattern, done.stdout)[1])
        for pattern in (r"Tested: (\d+)", r"(\d+) generated")
    )
    print(f"{tested} operations, {generated} cases")
    assert tested == len(list(operations())) - REFUSING
    return generated


def test_a_server_does_what_its_document_says(server):
    assert run(server, DOCUMENT, "--max-examples=20") > 500


def test_so_it_does_with_streams_that_are_there(server):
    ids = [f"made-{number}" for number in range(100)]
    for number, stream_id in enumerate(ids):
        content_type, body = list(KINDS.items())[number % len(KINDS)]
        headers = {"Authorization": f"token {TOKEN}", "Content-Type": content_type}
        url = f"{server.url}/nb-persistent-stream/v1/stream/{stream_id}"
        request = urllib.request.Request(url, body, headers, method="PUT")
        urllib.request.urlopen(request).close()
    document = deepcopy(DOCUMENT)
    document["components"]["parameters"]["StreamId"]["schema"] = {"enum": ids}
    assert run(server, document, "--max-examples=20", "--phases=fuzzing") > 200
