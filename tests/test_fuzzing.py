"""Coverage-guided fuzzing, where atheris is installed."""

import subprocess
import sys

import pytest

SECONDS = 300


@pytest.mark.soak
def test_nothing_that_is_read_fails(tmp_path):
    pytest.importorskip("atheris", reason="pip install atheris")
    limits = (f"-max_total_time={SECONDS}", "-timeout=10", "-rss_limit_mb=1024")
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzzing", *limits, f"-artifact_prefix={tmp_path}/"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
