"""One Chromium for all tests, one server and one browser profile for each."""

import os
import re
import shutil

import pytest
from playwright.sync_api import sync_playwright

from .lab import FLAGS, Lab, NotebookPage


def pytest_collection_modifyitems(items):
    for item in items:
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
def lab(tmp_path, request):
    """A server; `@pytest.mark.parametrize("lab", [{...}], indirect=True)` gives it arguments."""
    lab = Lab(tmp_path, **getattr(request, "param", {}))
    lab.start()
    yield lab
    lab.stop()


@pytest.fixture
def open_notebook(chromium, lab, request):
    """Open a notebook in a tab of one browser; keeps a screenshot of each tab at the end."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    opened = []
    test = re.sub(r"\W+", "-", request.node.name)

    def open_(name, *cells):
        page = context.new_page()
        path = lab.notebook(name, *cells) if cells else name
        notebook = NotebookPage(page, lab, path, test)
        opened.append(notebook)
        notebook.open()
        return notebook

    yield open_
    for number, notebook in enumerate(opened):
        if not notebook.page.is_closed():
            notebook.shot(str(number))
    context.close()
