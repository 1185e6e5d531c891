"""The sidebar of streams and the panel of running sessions, as a person meets them."""

import pytest

from .book import TALK
from .lab import Lab, wait_for
from .sidebar import Sidebar, fill, wait_quiet


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    lab = Lab(tmp_path_factory.mktemp("sidebar"), "lab")
    lab.start()
    yield lab
    lab.stop()


@pytest.fixture
def lab(server):
    """A server without streams."""
    server.request("nb-persistent-stream/v1/streams")
    server.execute("DELETE FROM streams")
    return server


@pytest.fixture
def book(lab, book_in):
    return book_in(lab)


def open_beside(book, *cells):
    """The notebook and, beside it, the sidebar."""
    book.lab.notebook(book.name, *cells)
    notebook = book.open()
    sidebar = Sidebar(notebook.page)
    sidebar.show()
    return notebook, sidebar


def test_a_stream_is_seen_live_and_stopped_and_deleted(book):
    book.go.touch()
    notebook, sidebar = open_beside(book, TALK.format(go=book.go))
    sidebar.wait_total("0 streams")
    sidebar.root.get_by_text("No streams yet.").wait_for()
    notebook.run(0)
    sidebar.row("Streaming: Counting").wait_for()
    book.wait_saved()
    sidebar.choose("Running")
    sidebar.wait_total("1 stream")
    first = sidebar.row("Streaming").locator(".nbps-row-time").inner_text()
    wait_for(
        lambda: sidebar.row("Streaming").locator(".nbps-row-time").inner_text() != first,
        "the seconds to be counted",
    )
    notebook.shot("live")
    sidebar.press(sidebar.row("Streaming"), "Stop")
    sidebar.root.get_by_text("No stream is running.").wait_for()
    book.wait_status("cancelled")
    sidebar.choose("This notebook")
    row = sidebar.row("Stopped: Counting")
    body = book.body
    wait_for(lambda: body[:50] in book.markdown(), "the text in the file")

    sidebar.press(row, "Delete")
    dialog = notebook.page.locator(".jp-Dialog")
    dialog.get_by_text("Notebooks keep the copy").wait_for()
    dialog.get_by_role("button", name="Cancel").click()
    assert row.count() == 1
    sidebar.press(row, "Delete")
    dialog.get_by_role("button", name="Delete").click()
    sidebar.root.get_by_text("This notebook has no streams yet.").wait_for()
    assert book.stream_ids == []
    assert body[:50] in book.markdown()


def test_search_filter_and_all_else_by_the_keyboard_alone(book):
    page, sidebar = open_beside(book, "1 + 1")
    fill(book.lab, 3, notebook=book.name)
    fill(book.lab, 2, title="Other", status="error")
    press = page.page.keyboard.press
    sidebar.wait_total("5 streams")
    assert sidebar.violations() == []

    sidebar.search.focus()
    page.page.keyboard.type("gpt OTHER")
    sidebar.wait_total("2 streams")
    press("Escape")
    sidebar.wait_total("5 streams")
    press("Tab")
    press("ArrowRight")
    sidebar.root.get_by_text("No stream is running.").wait_for()
    press("ArrowRight")
    sidebar.wait_total("3 streams")
    press("Tab")
    wait_focus(page, "Done: Made 2")
    press("ArrowDown")
    press("End")
    wait_focus(page, "Done: Made 0")
    press("ArrowRight")
    press("ArrowRight")
    wait_focus(page, "Copy the text")
    assert sidebar.violations() == []
    page.shot("keyboard")
    press("ArrowLeft")
    press("Enter")
    page.cell(1).get_by_text('watch("made-000000")').wait_for()

    sidebar.search.focus()
    press("ArrowDown")
    wait_focus(page, "Done: Made 0")
    press("Delete")
    dialog = page.page.locator(".jp-Dialog")
    dialog.get_by_text("“Made 0” will be deleted").wait_for()
    press("Tab")
    press("Enter")
    sidebar.wait_total("2 streams")
    wait_focus(page, "Done: Made 1")
    press("Shift+F10")
    page.page.get_by_role("menuitem", name="Open Stream in a Tab").wait_for()
    press("Escape")
    press("Enter")
    page.page.locator(".nbps-tab .nbps[data-stream-id=made-000001]").wait_for()


def wait_focus(page, name):
    page.page.wait_for_function(
        "name => document.activeElement?.ariaLabel?.startsWith(name)", arg=name
    )


def test_a_stream_is_opened_in_a_tab_once_and_again_after_a_reload(book):
    page, sidebar = open_beside(book, "1 + 1")
    [newest, older] = fill(book.lab, 2, text="Hello <b>world</b>")
    tabs = page.page.locator(".lm-DockPanel-tabBar").get_by_role("tab", name="Made")
    for name in ("Made 1", "Made 0", "Made 1"):
        sidebar.row(name).click()
    view = page.page.locator(f".nbps-tab:visible .nbps[data-stream-id={newest}]")
    view.get_by_text("Hello <b>world</b>").wait_for()
    assert tabs.count() == 2
    page.shot("tab")
    wait_for(lambda: older in str(workspace(book.lab)), "the layout to be saved")
    page.page.reload()
    view.get_by_text("Hello <b>world</b>").wait_for(timeout=60_000)
    assert sorted(tabs.all_inner_texts()) == ["Made 0", "Made 1"]
    sidebar.row("Made 0").wait_for()  # the sidebar is where it was


def test_a_stream_is_renamed_wherever_it_is_seen(book):
    page, sidebar = open_beside(book, "1 + 1")
    [stream_id] = fill(book.lab, 1, text="Hello world")
    sidebar.row("Made 0").click()
    view = page.page.locator(f".nbps-tab .nbps[data-stream-id={stream_id}]")
    view.get_by_text("Made 0").wait_for()
    sidebar.search.focus()
    page.page.keyboard.press("ArrowDown")
    wait_focus(page, "Done: Made 0")
    page.page.keyboard.press("F2")
    page.page.locator(".jp-Dialog").get_by_text("Title (empty for none)").wait_for()
    page.page.keyboard.press("Control+A")
    page.page.keyboard.type("A <b>better</b> name")
    page.shot("dialog")
    page.page.keyboard.press("Enter")
    sidebar.row("Done: A <b>better</b> name").wait_for()
    view.locator(".nbps-title").get_by_text("A <b>better</b> name").wait_for()
    page.page.locator(".lm-DockPanel-tabBar").get_by_role("tab", name="A <b>better</b>").wait_for()
    page.shot("renamed")
    sidebar.row("Done: A <b>better</b> name").click(button="right")
    page.page.get_by_role("menuitem", name="Rename Stream…").wait_for()


PROGRAMS = {
    "log": ("text/plain; charset=utf-8", b"# Building\n  step 1: *ok*\nDone.\n"),
    "events": ("application/json", b'[{"step":1,"ok":true},"two",{"n":12345678901234567890}]'),
    "lines": ("application/octet-stream", b"no type was given\nbut it is text\n"),
    "image": ("application/octet-stream", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xfe"),
}


def test_what_programs_send_is_readable(book):
    page, sidebar = open_beside(book, "1 + 1")
    for stream_id, (content_type, body) in PROGRAMS.items():
        headers = {"Content-Type": content_type, "Stream-Closed": "true"}
        book.lab.request(f"nb-persistent-stream/v1/stream/{stream_id}", "PUT", headers, body)
    shown = {}
    for stream_id in PROGRAMS:
        sidebar.row(f"Done: {stream_id}").click()
        view = page.page.locator(f".nbps-tab:visible .nbps[data-stream-id={stream_id}]")
        view.locator(".nbps-body > *").first.wait_for()
        shown[stream_id] = view.locator(".nbps-body").inner_text()
        page.shot(stream_id)
    assert shown["log"] == "# Building\n  step 1: *ok*\nDone.\n"
    assert shown["events"].split("\n") == [
        '{ "step": 1, "ok": true }',
        '"two"',
        '{ "n": 12345678901234567890 }',
    ]
    assert shown["lines"] == "33 bytes\nno type was given\nbut it is text\n"
    assert shown["image"] == "18 bytes"


def workspace(lab):
    return lab.request("lab/api/workspaces/default")["data"]


def test_a_cell_that_watches_is_inserted_and_dropped(book):
    page, sidebar = open_beside(book, "1 + 1", "2 + 2")
    fill(book.lab, 2, text="Hello world")
    page.cell(0).click()
    sidebar.press(sidebar.row("Made 1"), "Insert")
    page.cell(1).get_by_text('watch("made-000001")').wait_for()
    page.run(1)
    page.wait_text("Hello world", 1)
    sidebar.row("Made 0").hover()
    page.page.mouse.down()
    below = page.cell(2).bounding_box()
    for step in (1, 2):
        page.page.mouse.move(below["x"] + 200, below["y"] + 5 * step)
    page.cell(2).and_(page.page.locator(".jp-mod-dropTarget")).wait_for()
    page.shot("drag")
    page.page.mouse.up()
    page.cell(2).get_by_text('watch("made-000000")').wait_for()
    assert page.page.locator(".nbps-tab").count() == 0


def test_the_text_is_copied_whole(book):
    page, sidebar = open_beside(book, "1 + 1")
    fill(book.lab, 1, text="Hello world")
    page.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sidebar.press(sidebar.row("Made 0"), "Copy")
    page.page.get_by_text("The text is on the clipboard.").wait_for()
    assert page.page.evaluate("navigator.clipboard.readText()") == "Hello world"


def test_ten_thousand_streams_take_few_rows_and_few_messages_and_none_while_hidden(book):
    page, sidebar = open_beside(book, "1 + 1")
    fill(book.lab, 10_000)
    sidebar.wait_total("10,000 streams")
    wait_quiet(sidebar.frames)
    began = len(sidebar.frames)
    sidebar.search.focus()
    page.page.keyboard.press("ArrowDown")
    page.page.keyboard.press("End")
    sidebar.row("Made 0,").wait_for()
    sidebar.row("Made 9,").wait_for()
    assert sidebar.rows.count() < 40
    wait_quiet(sidebar.frames)
    assert len(sidebar.frames) - began <= 4
    sidebar.root.get_by_role("grid").evaluate("grid => grid.scrollTop = grid.scrollHeight / 2")
    sidebar.row("Made 4999,").wait_for()
    assert sidebar.rows.count() < 40

    sidebar.hide()
    wait_quiet(sidebar.frames)
    assert sidebar.frames[-1]["type"] == "unsubscribe"
    hidden = len(sidebar.frames)
    fill(book.lab, 1, title="New")
    wait_quiet(sidebar.frames)
    assert len(sidebar.frames) == hidden
    sidebar.show()
    sidebar.wait_total("10,001 streams")


def test_the_panel_of_running_sessions_follows_and_stops_streams(book):
    page = book.talk()
    fetched = []
    page.page.on("request", lambda request: fetched.append(request.url))
    page.page.locator(".jp-SideBar [data-id='jp-running-sessions']").click()
    section = page.page.locator(".jp-RunningSessions-section", has_text="Counting")
    section.wait_for()
    item = section.locator(".jp-RunningSessions-item", has_text="Counting")
    item.hover()
    item.get_by_title("Stop", exact=True).click()
    item.wait_for(state="detached")
    book.wait_status("cancelled")
    lists = [url for url in fetched if "/streams?" in url]
    assert len(lists) <= 1, "it is told, and asks no more than once"
