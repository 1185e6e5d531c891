"""A notebook that is opened again shows what was said, whatever happened meanwhile."""

import json
import os
import signal
import subprocess

import pytest

from .book import TALK, THEN
from .lab import wait_for

DEMO = 'from nb_persistent_stream import stream\nstream("Say it", model="demo", pace=300)'
MARKDOWN_CELL = {"cell_type": "markdown", "id": "added", "metadata": {}, "source": "not signed"}

pytestmark = pytest.mark.parametrize("front", ["lab", "notebook"])


@pytest.fixture
def book(front, shared_lab, book_in):
    """A notebook of this test's own in a server that all share."""
    return book_in(shared_lab(front))


def test_finished_and_the_page_reloaded(book):
    page = book.open_and_run(DEMO)
    page.wait_status("done")
    assert page.view().get_attribute("data-source") == "kernel"
    book.wait_saved()
    page.reload()
    page.wait_status("done")
    book.shows_all(page)


@pytest.mark.parametrize("then", THEN)
def test_tab_closed_and_opened_again_midway(book, then):
    book.talk(then).page.close()
    page = book.open()
    page.wait_text("word0 word1 ")
    shown = len(page.text().split())
    wait_for(lambda: len(page.text().split()) > shown + 20, "the view to go on live")
    assert page.view().get_attribute("data-source") == "server"
    book.hush()
    page.wait_status("done")
    book.shows_all(page)


@pytest.mark.parametrize("then", THEN)
def test_tab_closed_midway_and_opened_after_the_end(book, then):
    book.talk(then).page.close()
    book.hush()
    book.wait_status("done")
    page = book.open()
    page.wait_status("done")
    book.shows_all(page)
    # The file gets the whole text too, though no page was there at the end.
    wait_for(lambda: json.dumps(book.body)[1:-1] in book.markdown(), "the text in the file")


@pytest.mark.parametrize("fate", ["shutdown", "restart", "kill"])
def test_the_kernel_ends_midway(book, fate):
    page = book.talk()
    kernel = book.kernel()
    if fate == "kill":
        found = subprocess.run(
            ["pgrep", "-f", f"kernel-{kernel}.json"], capture_output=True, text=True, check=True
        )
        os.kill(int(found.stdout.split()[0]), signal.SIGKILL)
    elif fate == "restart":
        book.lab.request(f"api/kernels/{kernel}/restart", "POST")
    else:
        book.lab.request(f"api/kernels/{kernel}", "DELETE")
    page.wait_status("timeout", timeout=10)
    assert "kernel went away" in page.view().inner_text()
    assert page.text().startswith(book.body)
    page.page.close()
    page = book.open()
    page.wait_status("timeout")
    book.shows_all(page)


def test_no_kernel_chosen(book):
    page = book.open_and_run(DEMO)
    page.wait_status("done")
    book.wait_saved()
    page.page.close()
    book.lose_kernel()
    page = book.open(kernel=False)
    page.wait_status("done")
    book.shows_all(page)
    assert page.view().get_attribute("data-source") == "server"


def test_an_untrusted_notebook(book):
    page = book.open_and_run(DEMO)
    page.wait_status("done")
    book.wait_saved()
    page.page.close()
    book.edit(lambda document: document["cells"].append(MARKDOWN_CELL))
    page = book.open()
    page.wait_status("done")
    book.shows_all(page)


def test_a_tab_closed_before_the_notebook_was_saved_gets_its_output_back(book):
    book.go.touch()
    page = book.open_and_run(TALK.format(go=book.go))
    page.wait_text("word")
    page.page.close()
    book.edit(forget_outputs)
    book.lab.execute("UPDATE streams SET placed = 0")
    page = book.open()
    page.wait_text("word0 word1 ")
    book.hush()
    page.wait_status("done")
    book.shows_all(page)
    book.wait_saved()


def forget_outputs(document):
    for cell in document["cells"]:
        cell["outputs"], cell["execution_count"] = [], None


def test_an_output_that_the_reader_cleared_stays_cleared(book):
    page = book.open_and_run(DEMO, "1 + 1")
    page.wait_status("done")
    book.wait_saved()
    wait_for(
        lambda: book.lab.rows("SELECT placed FROM streams WHERE id = ?", book.stream_id) == [(1,)],
        "the page to say that the output is in the file",
    )
    page.page.close()
    book.edit(forget_outputs)
    page = book.open()
    page.run(1)
    page.cell(1).locator(".jp-OutputArea-output").wait_for()
    assert page.cell(0).locator(".nbps").count() == 0


@pytest.mark.parametrize("change", ["renamed", "moved", "duplicated"])
def test_the_file_elsewhere(book, change):
    page = book.open_and_run(DEMO)
    page.wait_status("done")
    book.wait_saved()
    page.page.close()
    name = {"renamed": "new-", "moved": "folder/", "duplicated": "copy-"}[change] + book.name
    (book.lab.root / "folder").mkdir(exist_ok=True)
    (book.lab.root / name).write_bytes(book.path.read_bytes())
    if change != "duplicated":
        book.path.unlink()
    page = book.open(name)
    page.wait_status("done")
    book.shows_all(page)


def test_a_cell_that_is_run_again_shows_the_new_stream_alone(book):
    page = book.open_and_run(DEMO)
    page.wait_status("done")
    page.run(0)
    wait_for(lambda: len(book.stream_ids) == 2, "the second stream")
    page.cell(0).locator(f".nbps[data-stream-id='{book.stream_id}']").wait_for()
    page.wait_status("done")
    book.wait_saved()
    page.reload()
    page.wait_status("done")
    book.shows_all(page)
    assert page.view().get_attribute("data-stream-id") == book.stream_id


@pytest.mark.parametrize(
    ("kernel", "below"),
    [("gone", "the copy that was saved in the notebook"), ("alive", "what its kernel still holds")],
)
def test_a_deleted_stream_is_still_shown_and_said_to_be_deleted(book, kernel, below):
    page = book.open_and_run(DEMO)
    page.wait_status("done")
    body = book.body
    wait_for(lambda: json.dumps(body)[1:-1] in book.markdown(), "the text in the file")
    page.page.close()
    book.lab.execute("DELETE FROM streams WHERE id = ?", book.stream_id)
    if kernel == "gone":
        book.end_kernels()
    page = book.open()
    page.view().get_by_text(f"not in this server's store. Below is {below}.").wait_for()
    wait_for(lambda: page.text() == body, "the whole body")


def test_two_tabs_on_one_notebook_are_both_live(book):
    first = book.talk()
    second = book.open()
    for page in (first, second):
        shown = len(page.text().split())
        wait_for(lambda p=page, n=shown: len(p.text().split()) > n + 20, "a tab to be live")
    book.hush()
    for page in (first, second):
        page.wait_status("done")
        book.shows_all(page)
        assert page.page.locator(".jp-Dialog").count() == 0


def test_the_server_stopped_and_started(front, lab_of, book_in):
    lab = lab_of(front)
    book = book_in(lab)
    page = book.open_and_run(DEMO)
    page.wait_status("done")
    book.wait_saved()
    page.page.close()
    book.lose_kernel()
    lab.stop()
    lab.start()
    page = book.open(kernel=False)
    page.wait_status("done")
    book.shows_all(page)


def test_another_store(front, lab_of, book_in):
    lab = lab_of(front)
    book = book_in(lab)
    page = book.open_and_run(DEMO)
    page.wait_status("done")
    body = book.body
    wait_for(lambda: json.dumps(body)[1:-1] in book.markdown(), "the text in the file")
    page.page.close()
    lab.stop()
    for file in lab.folder.glob("streams.db*"):
        file.unlink()
    lab.start()
    page = book.open()
    page.view().get_by_text("not in this server's store").wait_for()
    wait_for(lambda: page.text() == body, "the whole body")
