"""What programs make of a notebook's file that know nothing of streams: the text, and no more."""

import re
import shutil
import subprocess

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbclient import NotebookClient
from nbconvert import HTMLExporter, MarkdownExporter
from pypdf import PdfReader

MIME = "application/vnd.nb-persistent-stream.v1+json"
WIDGET = "application/vnd.jupyter.widget-view+json"
BODY = """# WAL mode

Readers **never** block.

<script>alert("body")</script><img src=x onerror=alert(1)>

[here](javascript:alert(2))

```html
<b>kept as it is</b>
```
"""
CELLS = [
    "from nb_persistent_stream import create, stream",
    f"await stream([{BODY!r}], title='Awaited');",
    f"s = stream([{BODY!r}])\ns.result();",
    f"with create() as w: w.write({BODY!r})",
    # What a provider says in an error is as hostile as what it says in a body.
    f"def fail():\n    raise RuntimeError({BODY!r})\n    yield\n"
    "try: stream(fail).result()\nexcept Exception: pass",
]
SHOWN = len(CELLS) - 1


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """A notebook that a program has executed, as `jupyter execute` does."""
    folder = tmp_path_factory.mktemp("executed")
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    notebook = nbformat.v4.new_notebook(cells=cells)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NB_STREAM_STORE", str(folder / "streams.db"))
        NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    return notebook


@pytest.fixture
def put_back(executed):
    """One whose outputs JupyterLab's extension wrote, without the id of a widget."""
    notebook = nbformat.from_dict(executed)
    notebook.metadata.pop("widgets", None)
    for output in outputs(notebook):
        output["data"][MIME]["model_id"] = ""
    return notebook


@pytest.fixture
def live(executed):
    """One that was saved while the stream lived: with the widget, without its state."""
    notebook = nbformat.from_dict(executed)
    notebook.metadata.pop("widgets", None)
    for output in outputs(notebook):
        model = {"model_id": output["data"][MIME]["model_id"]}
        output["data"][WIDGET] = {"version_major": 2, "version_minor": 0, **model}
    return notebook


@pytest.fixture(params=["executed", "put_back", "live"])
def notebook(request):
    return request.getfixturevalue(request.param)


def outputs(notebook):
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def test_an_executed_notebook_holds_each_body_once_and_no_html(executed):
    nbformat.validate(executed)
    assert len(outputs(executed)) == SHOWN
    for output in outputs(executed):
        assert set(output["data"]) == {MIME, "text/markdown", "text/plain"}
        assert output["data"]["text/plain"] == BODY


def test_the_state_of_widgets_that_executing_leaves_is_small(executed):
    size = len(nbformat.writes(executed))
    assert size < SHOWN * 10_000 + 10_000  # not the viewer, for each of them


def test_html_shows_the_text_as_markdown_and_runs_nothing_of_it(notebook):
    html, _ = HTMLExporter().from_notebook_node(notebook)
    page = BeautifulSoup(html, "html.parser")
    shown = page.select(".jp-OutputArea-output")
    assert len(shown) == SHOWN
    for output in shown:
        assert output["data-mime-type"] == "text/markdown"
        assert output.find("h1").get_text().startswith("WAL mode")
        assert output.find("strong").get_text() == "never"
        assert "<b>kept as it is</b>" in output.find("pre").get_text()
        assert 'alert("body")' in output.get_text()
        assert not output.find(["script", "img", "b"])
        assert not output.find("a", href=re.compile("^javascript:"))
    assert "Error displaying widget" not in html
    assert "model not found" not in html


def test_markdown_holds_the_text(notebook):
    markdown, _ = MarkdownExporter(exclude_input=True).from_notebook_node(notebook)
    assert markdown.count("# WAL mode\n\nReaders **never** block.\n") == SHOWN
    assert markdown.count("```html\n<b>kept as it is</b>\n```") == SHOWN
    assert "<script" not in markdown


@pytest.mark.e2e
def test_a_pdf_by_way_of_html_holds_the_text(notebook, tmp_path):
    chromium = shutil.which("chromium")
    assert chromium, "Chromium is missing: sudo apt-get install chromium"
    html, _ = HTMLExporter(exclude_input=True).from_notebook_node(notebook)
    (tmp_path / "notebook.html").write_text(html, "utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/profile"]
    pdf = tmp_path / "notebook.pdf"
    page = (tmp_path / "notebook.html").as_uri()
    subprocess.run(
        [chromium, *flags, f"--print-to-pdf={pdf}", page], check=True, capture_output=True
    )
    text = "".join(sheet.extract_text() for sheet in PdfReader(pdf).pages)
    assert text.count("Readers never block.") == SHOWN
    assert "Error displaying widget" not in text
