"""Streams where JupyterLab's extension is not, or not all of it."""

import shutil

import pytest

from nb_persistent_stream.config import STATIC_DIR
from nb_persistent_stream.protocol import Delta
from nb_persistent_stream.wire import deltas_message

from .book import TALK, THEN
from .fronts import ClassicPage, Marimo
from .lab import TOKEN, Lab, markdowns, wait_for

IMPORT = "import nb_persistent_stream.kernel.api, anywidget"


@pytest.fixture
def go(tmp_path):
    """A stream goes on for as long as this file is there."""
    path = tmp_path / "go"
    path.touch()
    yield path
    path.unlink(missing_ok=True)


@pytest.fixture
def block(tmp_path):
    """And a cell keeps its kernel busy for as long as this one is."""
    path = tmp_path / "block"
    path.touch()
    yield path
    path.unlink(missing_ok=True)


class TestNbclassic:
    @pytest.fixture
    def lab(self, shared_lab):
        lab = shared_lab("nbclassic")
        yield lab
        end_kernels(lab)

    @pytest.fixture
    def page(self, lab, open_in, go, block):
        """A cell that talks and sleeps."""
        code = TALK.format(go=go) + THEN["sleeping"].format(block=block)
        page = open_in(lab, lab.notebook("classic.ipynb", IMPORT, code), page=ClassicPage)
        page.run(0)
        wait_for(lambda: "[1]" in page.prompt(0), "the first cell to run")
        page.run(1)
        page.wait_text("word5 ", 1)
        page.shot("live")
        return page

    def test_text_comes_while_the_cell_runs_and_stays_without_a_kernel(
        self, lab, page, open_in, go, block
    ):
        stream_id = page.view(1).get_attribute("data-stream-id")
        assert page.view(1).get_attribute("data-source") == "kernel"
        go.unlink()
        wait_for(lambda: lab.status(stream_id) == "done", "the end")
        body = lab.body(stream_id).strip()
        wait_for(lambda: page.output(1).strip() == body, "the whole text")
        assert "[*]" in page.prompt(1)
        block.unlink()
        page.save()
        page.page.close()
        end_kernels(lab)
        page = open_in(lab, page.name, page=ClassicPage)
        wait_for(lambda: page.output(1).strip() == body, "the whole text")

    def test_stop_while_the_cell_sleeps(self, lab, page):
        stream_id = page.view(1).get_attribute("data-stream-id")
        page.view(1).get_by_role("button", name="Stop").click()
        wait_for(lambda: lab.status(stream_id) == "cancelled", "the stop")
        assert "[*]" in page.prompt(1)


def end_kernels(lab):
    for session in lab.request("api/sessions"):
        lab.request(f"api/sessions/{session['id']}", "DELETE")


class TestVoila:
    @pytest.fixture
    def lab(self, tmp_path):
        lab = Lab(tmp_path / "voila", "server")
        # Installed, not linked: Voila serves no links.
        installed = lab.folder / "share/labextensions/nb-persistent-stream"
        shutil.copytree(STATIC_DIR.parent / "labextension", installed)
        lab.env["JUPYTER_PATH"] = str(lab.folder / "share")
        lab.start()
        yield lab
        lab.stop()

    def test_a_page_shows_the_stream_live_with_the_labextension(self, lab, window, go):
        name = lab.notebook("voila.ipynb", TALK.format(go=go))
        page = window.new_page()
        page.goto(f"{lab.url}/voila/render/{name}?token={TOKEN}")
        view = page.locator(".nbps-output .nbps")
        wait_for(lambda: "word5 " in view.text_content(), "the text")
        shown = len(view.text_content().split())
        wait_for(lambda: len(view.text_content().split()) > shown + 20, "the view to be live")
        go.unlink()
        page.locator(".nbps[data-status=done]").wait_for()
        [[stream_id]] = lab.rows("SELECT id FROM streams")
        wait_for(lambda: markdowns(view) == [lab.body(stream_id)], "the whole body")
        page.close()


class TestMarimo:
    @pytest.fixture
    def marimo(self, tmp_path, go, block):
        """A notebook that drives a stream, watches it, and then keeps its kernel busy."""
        marimo = Marimo(
            tmp_path,
            ("", TALK.format(go=go) + "s\nreturn s, os, time"),
            ("s", "from nb_persistent_stream import watch\nwatch(s.id)\nreturn"),
            ("s, os, time", THEN["sleeping"].format(block=block) + "\nreturn"),
        )
        marimo.start()
        yield marimo
        marimo.stop()

    def test_driver_and_watcher_are_live_in_a_busy_kernel(self, marimo, window, go, block):
        page = window.new_page()
        page.goto(marimo.url)
        views = page.locator(".nbps")
        for number in range(2):
            wait_for(lambda n=number: "word5 " in views.nth(n).text_content(), "the text")
        go.unlink()
        for number in range(2):
            page.locator(".nbps[data-status=done]").nth(number).wait_for()
        wait_for(lambda: len(set(markdowns(views))) == 1, "both to show the same")
        said = markdowns(views)[0]
        assert said.startswith("word0 word1 ")
        assert block.exists()
        block.unlink()
        page.reload()
        page.locator(".nbps[data-status=done]").nth(1).wait_for()
        wait_for(lambda: markdowns(views) == [said, said], "both to show it again")
        page.close()

    def test_stop_in_a_free_kernel(self, marimo, window, block):
        block.unlink()
        page = window.new_page()
        page.goto(marimo.url)
        page.locator(".nbps").first.get_by_role("button", name="Stop").click()
        page.locator(".nbps[data-status=cancelled]").nth(1).wait_for()
        page.close()


ID = "20260102-3f9a1c5e7b20"
# As Colab shows an output, and stricter: of an unknown origin, with no way to any server.
SANDBOX = """
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src blob:">
<iframe sandbox="allow-scripts" srcdoc="<body></body>"></iframe>
<iframe sandbox="allow-scripts" srcdoc="<body></body>"></iframe>
"""
# A widget manager for one anywidget whose kernel says much, and hears nothing.
MANAGER = """
async ({ esm, id, early }) => {
    const url = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
    const { default: widget } = await import(url);
    const listeners = new Set();
    const traits = { stream_id: id, role: "driver" };
    const model = {
        get: (name) => traits[name],
        on: (event, listener) => listeners.add(listener),
        off: (event, listener) => listeners.delete(listener),
        send: () => {},
    };
    globalThis.say = (message) => listeners.forEach((listener) => listener(message));
    widget.initialize({ model });
    for (const message of early) say(message);
    for (let views = 0; views < 2; views++) {
        widget.render({ model, el: document.body.appendChild(document.createElement("div")) });
    }
}
"""


class TestPagesThatReachNoServer:
    """What VS Code and Colab load, in a page like theirs: they can't run here."""

    def test_the_widget_shows_text_by_itself_while_its_kernel_hears_nothing(self, window):
        page = window.new_page()
        requests = []
        page.on("request", lambda request: requests.append(request.url))
        page.set_content(SANDBOX)
        esm = (STATIC_DIR / "widget-inline.js").read_text("utf-8")
        early, late = (deltas_message([Delta(n, text)]) for n, text in ((0, "first "), (6, "last")))
        for frame in page.frames[1:]:
            frame.evaluate(MANAGER, {"esm": esm, "id": ID, "early": [early]})
            views = frame.locator(".nbps")
            views.nth(1).wait_for()
            frame.evaluate("(message) => say(message)", late)
            wait_for(lambda v=views: markdowns(v) == ["first last"] * 2, "the text")
        assert [url for url in requests if not url.startswith(("blob:", "about:"))] == []
        page.close()
