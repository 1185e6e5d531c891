"""An answer that is stored is shown again, asked for anew by a button, and replied to."""

import pytest

from .lab import wait_for

ASK = """
from nb_persistent_stream import stream
s = stream("Explain WAL mode", model="demo", pace=500, reuse=True)
"""
REPLY = 'r = s.reply("and in Postgres?", reuse=False)'


@pytest.fixture
def book(shared_lab, book_in, request):
    return book_in(shared_lab(getattr(request, "param", "lab")))


@pytest.mark.parametrize("book", ["lab", "notebook"], indirect=True)
def test_a_stored_answer_is_shown_again_run_anew_and_replied_to(book):
    notebook = book.open_and_run(ASK, REPLY, "print('id', s.id)")
    notebook.wait_status("done")
    first = book.stream_id
    stored, rerun = (
        notebook.view(0).locator(".nbps-stored"),
        notebook.view(0).get_by_role("button", name="Re-run"),
    )
    assert (stored.inner_text(), rerun.count()) == ("", 0)

    # Run All: no second generation; the header says what it shows.
    notebook.run(0)
    stored.get_by_text("stored just now").wait_for()
    notebook.wait_status("done")
    assert book.stream_ids == [first]
    book.shows_all(notebook)
    # The output may also be of the time before: the store's clock is set back three days.
    days = "created_at = created_at - 259200, finished_at = finished_at - 259200"
    book.lab.execute(f"UPDATE streams SET {days} WHERE id = ?", first)
    notebook.save()
    notebook.reload()
    stored.get_by_text("stored 3 days ago").wait_for()
    notebook.shot("reused")

    # The button runs the cell with nothing reused: in the same output, and `s` is the new stream.
    rerun.click()
    wait_for(lambda: len(book.stream_ids) == 2, "a new stream")
    wait_for(lambda: stored.count() == 1 and not stored.inner_text(), "the new stream's view")
    notebook.wait_status("done")
    book.shows_all(notebook)
    notebook.run(2)
    notebook.cell(2).get_by_text(f"id {book.stream_id}").wait_for()
    second = book.stream_id
    notebook.run(0)
    stored.get_by_text("stored just now").wait_for()
    assert book.stream_ids == [first, second]

    # A reply names what it replies to, and shows it.
    notebook.run(1)
    notebook.wait_status("done", 1)
    link = notebook.view(1).get_by_role("button", name=f"reply to {second}")
    link.wait_for()
    notebook.shot("reply")
    link.click()
    tab = notebook.page.locator(".nbps-tab:visible .nbps")
    wait_for(lambda: tab.get_attribute("data-stream-id") == second, "the other stream's tab")
    notebook.shot("linked")


def test_without_a_kernel_there_is_nothing_to_run_anew(book):
    notebook = book.open_and_run(ASK)
    notebook.wait_status("done")
    notebook.run(0)
    notebook.view().get_by_role("button", name="Re-run").wait_for()
    notebook.save()
    notebook.page.close()
    book.lose_kernel()
    again = book.open(kernel=False)
    again.view().locator(".nbps-stored").get_by_text("stored").wait_for()
    assert again.view().get_by_role("button", name="Re-run").count() == 0
