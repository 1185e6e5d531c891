"""One Chromium for all tests; servers of a test's own, or shared by those that do no harm."""

import os
import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from .book import Book
from .lab import FLAGS, Lab, NotebookPage

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def chromium():
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert path, "Chromium is missing: sudo apt-get install chromium, or set CHROMIUM to its path"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def lab_of(tmp_path):
    """Starts a server for one test: `lab_of("lab")`, `lab_of("notebook")`."""
    labs = []

    def start(app="lab", **options):
        labs.append(Lab(tmp_path / f"server-{len(labs)}", app, **options))
        labs[-1].start()
        return labs[-1]

    yield start
    for lab in labs:
        lab.stop()


@pytest.fixture(scope="session")
def shared_lab(tmp_path_factory):
    """A server that all tests share which neither stop it nor change its settings."""
    labs = {}

    def get(app):
        if app not in labs:
            labs[app] = Lab(tmp_path_factory.mktemp(app), app)
            labs[app].start()
        return labs[app]

    yield get
    for lab in labs.values():
        lab.stop()


@pytest.fixture(scope="session")
def window(chromium):
    """One profile for all tests, so that JupyterLab is loaded from the browser's cache."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    yield context
    context.close()


@pytest.fixture
def open_in(window, request):
    """Open a notebook of a server in a tab of its own; keeps a picture of each at the end."""
    test = re.sub(r"\W+", "-", request.node.name)
    opened = []

    def open_(lab, name, *, kernel=True, page=NotebookPage):
        notebook = page(window.new_page(), lab, name, test)
        opened.append(notebook)
        notebook.open(kernel=kernel)
        return notebook

    yield open_
    for number, notebook in enumerate(opened):
        if not notebook.page.is_closed():
            notebook.shot(str(number))
            notebook.page.close()


@pytest.fixture
def book_in(open_in, request):
    """Make a notebook of this test's own in a server; it and its kernel are closed at the end."""
    books = []

    def make(lab):
        books.append(Book(lab, open_in, request.node.name))
        return books[-1]

    yield make
    for book in books:
        book.close()
