"""The three uses, as a person meets them in JupyterLab."""

import subprocess
import sys

import pytest

from .book import TALK
from .lab import wait_for

WATCH = "from nb_persistent_stream import watch\nwatch()"


@pytest.fixture
def book(shared_lab, book_in):
    return book_in(shared_lab("lab"))


def open_watcher(book):
    """A second notebook, with a kernel of its own, that watches the newest stream."""
    name = book.lab.notebook(f"watch-{book.name}", WATCH)
    page = book.open(name)
    page.run(0)
    return page


def test_a_cell_streams_and_ends_as_it_is_stored(book):
    page = book.open_and_run(
        'from nb_persistent_stream import stream\nstream("Explain WAL mode", model="demo")'
    )
    page.wait_status("streaming")
    page.wait_text("You asked")
    page.shot("streaming")
    page.wait_status("done")
    book.shows_all(page)
    assert "demo model" in page.view().locator(".nbps-header").inner_text()
    assert page.view().get_attribute("data-source") == "kernel"


def test_the_first_text_is_seen_within_a_second_of_the_first_delta(book):
    page = book.open_and_run(
        "import anywidget, nb_persistent_stream.kernel.api",
        """
import time
from nb_persistent_stream import create
w = create()
time.sleep(1)
w.write(f"{time.time() * 1000:.0f} ")
""",
    )
    page.run(1)
    said, seen = page.page.wait_for_function(
        """() => {
            const shown = document.querySelector('.nbps-md')?.textContent;
            return shown && [Number(shown), Date.now()];
        }""",
        polling="raf",
    ).json_value()
    assert seen - said < 1000


def test_a_watcher_in_a_second_notebook_joins_midway_and_ends_the_same(book):
    book.go.touch()
    driver = book.open_and_run(TALK.format(go=book.go))
    driver.wait_text("word20 ")
    watcher = open_watcher(book)
    watcher.wait_text("word0 word1 word2 ")
    shown = len(watcher.text().split())
    wait_for(lambda: len(watcher.text().split()) > shown + 20, "the watcher to go on live")
    assert watcher.view().get_attribute("data-source") == "server"
    book.hush()
    for page in (driver, watcher):
        page.wait_status("done")
        book.shows_all(page)


def test_stop_from_the_watcher_while_the_driving_cell_sleeps(book):
    book.go.touch()
    driver = book.open_and_run(TALK.format(go=book.go) + "time.sleep(30)")
    driver.wait_text("word5 ")
    watcher = open_watcher(book)
    watcher.wait_text("word5 ")
    watcher.view().get_by_role("button", name="Stop").click()
    watcher.wait_status("cancelled", timeout=5)
    driver.wait_status("cancelled", timeout=5)
    assert driver.prompt(0) == "[*]:"  # the cell still sleeps
    assert book.status == "cancelled"
    for page in (driver, watcher):
        book.shows_all(page)


def test_a_reload_midway_shows_the_whole_text_so_far_and_goes_on(book):
    book.go.touch()
    page = book.open_and_run(TALK.format(go=book.go))
    page.wait_text("word10 ")
    page.save()
    page.reload()
    page.wait_text("word0 word1 word2 ")
    shown = len(page.text().split())
    wait_for(lambda: len(page.text().split()) > shown + 20, "the view to go on live")
    book.hush()
    page.wait_status("done")
    book.shows_all(page)


def test_a_watcher_catches_up_after_the_server_was_killed_and_started_again(lab_of, book_in):
    book = book_in(lab_of())
    book.go.touch()
    script = TALK.format(go=book.go) + "s.result()"
    env = {**book.lab.env, "JPY_SESSION_NAME": str(book.path)}
    driver = subprocess.Popen([sys.executable, "-c", script], env=env, cwd=book.lab.root)
    try:
        streams = "nb-persistent-stream/v1/streams"
        wait_for(lambda: book.lab.request(streams)["streams"], "the script's stream")
        page = open_watcher(book)
        page.wait_text("word10 ")
        book.lab.kill()
        page.view().get_by_text("Reconnecting…").wait_for()
        page.shot("reconnecting")
        shown = len(page.text().split())
        book.lab.start()
        wait_for(lambda: len(page.text().split()) > shown + 50, "the watcher to catch up")
        book.hush()
        page.wait_status("done")
        assert driver.wait(20) == 0
    finally:
        driver.kill()
        driver.wait()
    book.shows_all(page)


def test_without_the_server_extension_the_kernels_feed_their_pages(lab_of, book_in):
    book = book_in(lab_of(extension=False))
    book.go.touch()
    driver = book.open_and_run(TALK.format(go=book.go))
    driver.wait_text("word5 ")
    watcher = open_watcher(book)
    watcher.wait_text("word0 word1 word2 ")
    assert watcher.view().get_attribute("data-source") == "kernel"
    watcher.view().get_by_role("button", name="Stop").click()
    for page in (driver, watcher):
        page.wait_status("cancelled")
        book.shows_all(page)
