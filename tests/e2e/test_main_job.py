"""The three uses, as a person meets them in JupyterLab."""

import subprocess
import sys

import pytest

from .lab import wait_for

# Says `word0 word1 ...` for as long as the file named `go` in the notebook's folder is there.
COUNTING = """
import os, time
from nb_persistent_stream import stream
def words():
    n = 0
    while os.path.exists("go"):
        yield f"word{n} "
        n += 1
        time.sleep(0.02)
s = stream(words(), title="Counting", chunk_by="word")
"""


def start_counting(lab):
    (lab.root / "go").touch()


def stop_counting(lab):
    (lab.root / "go").unlink()


def test_a_cell_streams_and_ends_as_it_is_stored(lab, open_notebook):
    page = open_notebook(
        "one.ipynb",
        'from nb_persistent_stream import stream\nstream("Explain WAL mode", model="demo")',
    )
    page.run(0)
    page.wait_status("streaming")
    page.wait_text("You asked")
    page.shot("streaming")
    page.wait_status("done")
    [stream_id] = lab.stream_ids()
    assert page.text() == lab.body(stream_id)
    assert "demo model" in page.view().locator(".nbps-header").inner_text()
    assert page.view().count() == 1
    assert page.view().get_attribute("data-source") == "kernel"


def test_the_first_text_is_seen_within_a_second_of_the_first_delta(lab, open_notebook):
    page = open_notebook(
        "one.ipynb",
        "import anywidget, nb_persistent_stream.kernel.api",
        """
import time
from nb_persistent_stream import create
w = create()
time.sleep(1)
w.write(f"{time.time() * 1000:.0f} ")
""",
    )
    page.run(0)
    page.run(1)
    seen = page.page.wait_for_function(
        """() => {
            const shown = document.querySelector('.nbps-text')?.textContent;
            return shown && [Number(shown), Date.now()];
        }""",
        polling="raf",
    ).json_value()
    assert seen[1] - seen[0] < 1000


def test_a_watcher_in_a_second_notebook_joins_midway_and_ends_the_same(lab, open_notebook):
    start_counting(lab)
    driver = open_notebook("driver.ipynb", COUNTING)
    driver.run(0)
    driver.wait_text("word20 ")
    watcher = open_notebook("watcher.ipynb", "from nb_persistent_stream import watch\nwatch()")
    watcher.run(0)
    watcher.wait_text("word0 word1 word2 ")
    shown = len(watcher.text().split())
    wait_for(lambda: len(watcher.text().split()) > shown + 20, "the watcher to go on live")
    assert watcher.view().get_attribute("data-source") == "server"
    stop_counting(lab)
    for page in (driver, watcher):
        page.wait_status("done")
    [stream_id] = lab.stream_ids()
    body = lab.body(stream_id)
    wait_for(lambda: watcher.text() == body, "the watcher to show the stored body")
    wait_for(lambda: driver.text() == body, "the driver to show the stored body")


def test_stop_from_the_watcher_while_the_driving_cell_sleeps(lab, open_notebook):
    start_counting(lab)
    driver = open_notebook("driver.ipynb", COUNTING + "time.sleep(30)")
    driver.run(0)
    driver.wait_text("word5 ")
    watcher = open_notebook("watcher.ipynb", "from nb_persistent_stream import watch\nwatch()")
    watcher.run(0)
    watcher.wait_text("word5 ")
    watcher.view().get_by_role("button", name="Stop").click()
    watcher.wait_status("cancelled", timeout=5)
    driver.wait_status("cancelled", timeout=5)
    assert driver.prompt(0) == "[*]:"  # the cell still sleeps
    [stream_id] = lab.stream_ids()
    assert lab.status(stream_id) == "cancelled"
    assert watcher.text() == lab.body(stream_id) == driver.text()


def test_a_reload_midway_shows_the_whole_text_so_far_and_goes_on(lab, open_notebook):
    start_counting(lab)
    page = open_notebook("one.ipynb", COUNTING)
    page.run(0)
    page.wait_text("word10 ")
    page.save()
    page.reload()
    page.wait_text("word0 word1 word2 ")
    shown = len(page.text().split())
    wait_for(lambda: len(page.text().split()) > shown + 20, "the view to go on live")
    stop_counting(lab)
    page.wait_status("done")
    [stream_id] = lab.stream_ids()
    assert page.text() == lab.body(stream_id)


def test_a_watcher_catches_up_after_the_server_was_killed_and_started_again(lab, open_notebook):
    start_counting(lab)
    driver = subprocess.Popen(
        [sys.executable, "-c", COUNTING + "s.result()"], env=lab.env, cwd=lab.root
    )
    try:
        wait_for(lab.stream_ids, "the script's stream")
        page = open_notebook("watcher.ipynb", "from nb_persistent_stream import watch\nwatch()")
        page.run(0)
        page.wait_text("word10 ")
        lab.kill()
        page.view().get_by_text("Reconnecting…").wait_for()
        page.shot("reconnecting")
        shown = len(page.text().split())
        lab.start()
        wait_for(lambda: len(page.text().split()) > shown + 50, "the watcher to catch up")
        stop_counting(lab)
        page.wait_status("done")
        assert driver.wait(20) == 0
    finally:
        driver.kill()
    [stream_id] = lab.stream_ids()
    assert page.text() == lab.body(stream_id)


@pytest.mark.parametrize("lab", [{"extension": False}], indirect=True)
def test_without_the_server_extension_the_kernels_feed_their_pages(lab, open_notebook):
    start_counting(lab)
    driver = open_notebook("driver.ipynb", COUNTING)
    driver.run(0)
    driver.wait_text("word5 ")
    watcher = open_notebook("watcher.ipynb", "from nb_persistent_stream import watch\nwatch()")
    watcher.run(0)
    watcher.wait_text("word0 word1 word2 ")
    assert watcher.view().get_attribute("data-source") == "kernel"
    watcher.view().get_by_role("button", name="Stop").click()
    for page in (driver, watcher):
        page.wait_status("cancelled")
        assert page.text() == lab.body(lab.stream_ids()[0])
