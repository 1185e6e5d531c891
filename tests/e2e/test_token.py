"""JupyterLab tells each page the token: it goes into headers, and never into an address."""

import json

import pytest

from .lab import TOKEN, wait_for


@pytest.fixture
def addresses(window):
    """All that pages ask of the extension, as whoever keeps a proxy's log sees it."""
    seen = []

    def note(asked):
        if "nb-persistent-stream" in asked.url:
            seen.append(asked.url)

    def listen(page):
        page.on("request", note)
        page.on("websocket", note)

    window.on("page", listen)
    yield seen
    window.remove_listener("page", listen)


def test_it_is_in_no_address_and_in_no_file(addresses, shared_lab, book_in):
    book = book_in(shared_lab("lab"))
    page = book.open_and_run(
        'from nb_persistent_stream import stream\nstream("Say it", model="demo", pace=300)'
    )
    page.wait_status("done")
    config = page.page.locator("#jupyter-config-data").text_content()
    assert json.loads(config)["token"] == TOKEN
    book.wait_saved()
    page.reload()
    page.wait_status("done")
    wait_for(lambda: any(url.startswith("ws:") for url in addresses), "the live socket")
    assert not [url for url in addresses if TOKEN in url]
    files = [path for path in book.lab.root.rglob("*.ipynb") if TOKEN in path.read_text("utf-8")]
    assert not files
