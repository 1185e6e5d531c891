"""Real pages: notebooks of one cell, in JupyterLab, in headless Chromium."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright

from .processes import TOKEN

_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_PATIENCE = 120_000
# JupyterLab forgets a cell that is run before there is a connection.
_READY = """() => {
  const kernel = jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel;
  return kernel?.connectionStatus === 'connected' && kernel.status === 'idle';
}"""


def chromium(playwright: Playwright) -> Browser:
    """The browser that this machine has."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    return playwright.chromium.launch(executable_path=path, args=_FLAGS)


def notebook(browser: Browser, port: int, folder: Path, name: str, code: str) -> Page:
    """A page of its own on a notebook that holds one cell, whose kernel is ready."""
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cell: dict[str, object] = {
        "cell_type": "code",
        "id": "c",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
        "source": code.strip(),
    }
    book = {"cells": [cell], "metadata": {"kernelspec": spec}, "nbformat": 4, "nbformat_minor": 5}
    (folder / f"{name}.ipynb").write_text(json.dumps(book))
    page = browser.new_page()
    page.goto(
        f"http://127.0.0.1:{port}/lab/workspaces/{name}/tree/{name}.ipynb?token={TOKEN}",
        timeout=_PATIENCE,
    )
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=_PATIENCE)
    page.wait_for_function(_READY, timeout=_PATIENCE)
    return page


def run_cell(page: Page) -> None:
    """Run the cell of a notebook's page."""
    page.click(".jp-Notebook .jp-Cell .cm-content")
    page.keyboard.press("Shift+Enter")
