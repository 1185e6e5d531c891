"""The npm client in a page of the same server, known by its cookie, through two deaths of it."""

import subprocess
from pathlib import Path

import pytest

from ..server.deaths import Driver, survived
from ..server.process import TOKEN, JupyterServer
from ..server.test_npm_client import EXAMPLES

JS = Path(__file__).parents[2] / "js"
PAGE = """<!doctype html><meta charset="utf-8"><title>A dashboard</title>
<body data-base-url="/user/alice/" data-stream-id="one"><pre></pre>
<script type="module" src="page.js"></script>"""


@pytest.fixture
def server(tmp_path):
    static = tmp_path / "static"
    static.mkdir()
    (static / "page.html").write_text(PAGE)
    bundle = ["npx", "esbuild", "--bundle", "--format=esm", f"--outfile={static / 'page.js'}"]
    subprocess.run(bundle, input=EXAMPLES[1], text=True, cwd=JS, check=True, capture_output=True)
    own = [f"--ServerApp.extra_static_paths={static}"]
    server = JupyterServer(
        tmp_path, tmp_path / "streams.db", lease=3000, base_url="/user/alice/", options=own
    )
    yield server
    server.stop()


def test_it_sees_each_delta_once_and_the_end(server, chromium):
    page = chromium.new_page()
    driver = Driver(server.store, "one")

    def follow():
        page.goto(f"{server.url}/api/status?token={TOKEN}")
        page.goto(f"{server.url}/static/page.html")
        return lambda: page.locator("pre").text_content()

    try:
        assert survived(server, driver, follow) == f"{driver.said}\n[done]\n"
    finally:
        page.close()
