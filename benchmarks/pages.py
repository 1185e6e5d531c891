"""Real pages: notebooks of one cell, in JupyterLab, in headless Chromium."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, Playwright

from .processes import TOKEN

_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_PATIENCE, _SOON, _TRIES = 120_000, 5_000, 3


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
    idle = '.jp-Notebook-ExecutionIndicator[data-status="idle"]'
    page.wait_for_selector(idle, timeout=_PATIENCE)
    return page


def run_cell(page: Page) -> None:
    """Run the cell of a page; JupyterLab may forget it just after the kernel's start."""
    prompt = page.locator(".jp-Notebook .jp-Cell .jp-InputPrompt").first
    before = prompt.inner_text()
    changed = "(before) => document.querySelector('.jp-Cell .jp-InputPrompt').innerText !== before"
    for _ in range(_TRIES):
        page.click(".jp-Notebook .jp-Cell .cm-content")
        page.keyboard.press("Shift+Enter")
        with suppress(Error):
            page.wait_for_function(changed, arg=before, timeout=_SOON)
            return
    raise RuntimeError("JupyterLab did not run the cell.")
