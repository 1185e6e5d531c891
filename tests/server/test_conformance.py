"""The public suite of the Durable Streams protocol, over a real server with a token."""

import json
import os
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from .process import TOKEN, JupyterServer

pytestmark = pytest.mark.slow

JS = Path(__file__).parents[2] / "js"
CONFIG = "conformance/vitest.config.ts"
SUBSCRIPTIONS = 6  # a server that calls out is a surface that nobody asked for


@pytest.fixture
def server(tmp_path):
    server = JupyterServer(
        tmp_path,
        tmp_path / "streams.db",
        lease=15,
        base_url="/user/alice/",
        options=["--StreamExtension.long_poll_timeout=2"],
    )
    yield server
    server.stop()


def test_the_protocols_own_suite_passes(server, tmp_path):
    report = tmp_path / "report.json"
    env = {
        **os.environ,
        "DURABLE_URL": f"{server.url}/nb-persistent-stream",
        "DURABLE_TOKEN": TOKEN,
    }
    reporters = ["--reporter=json", f"--outputFile={report}", "--reporter=default"]
    run = subprocess.run(
        ["npx", "vitest", "run", "--config", CONFIG, *reporters],
        check=False,
        cwd=JS,
        env=env,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert report.exists(), run.stdout[-3000:] + run.stderr[-3000:]
    tests = [
        test
        for file in json.loads(report.read_text())["testResults"]
        for test in file["assertionResults"]
    ]
    failed = {
        test["fullName"]: test["failureMessages"][0] for test in tests if test["status"] == "failed"
    }
    counts = Counter(test["status"] for test in tests)
    print(dict(counts))
    assert not failed
    assert counts["passed"] >= 332
    assert len(tests) - counts["passed"] == SUBSCRIPTIONS
