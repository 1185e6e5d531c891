"""A real JupyterLab in a folder of its own, and the pages that people open in it."""

import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

TOKEN = "e2e-secret"
ARTIFACTS = Path(__file__).parents[2] / "artifacts"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]


def wait_for(condition, what, timeout=30.0):
    """Wait until a condition holds, and give back what it gave."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.02)
    raise AssertionError(f"waited {timeout} s in vain: {what}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Lab:
    """A server process; it can be killed and started again on the same port."""

    def __init__(self, folder: Path, app="lab", extension=True):
        self.folder = folder
        self.root = folder / "notebooks"
        self.store = folder / "streams.db"
        self.app = app
        self.extension = extension
        self.port = free_port()
        self.process = None
        self.root.mkdir(parents=True)
        self._write_settings()
        self.env = {
            **{name: value for name, value in os.environ.items() if "OPENAI" not in name},
            "HOME": str(folder),
            "IPYTHONDIR": str(folder / "ipython"),
            "JUPYTER_CONFIG_DIR": str(folder / "config"),
            "JUPYTER_DATA_DIR": str(folder / "data"),
            "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
            "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
            "NB_STREAM_STORE": str(self.store),
        }

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        log = (self.folder / "server.log").open("ab")
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "jupyter", self.app, "--no-browser", "--allow-root"),
                *(f"--port={self.port}", "--ServerApp.port_retries=0", "--ip=127.0.0.1"),
                *(f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={self.root}"),
                f"--ServerApp.jpserver_extensions={{'nb_persistent_stream': {self.extension}}}",
                "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
                # Lets a test ask the page whether its kernel is connected.
                "--LabApp.expose_app_in_browser=True",
                "--JupyterNotebookApp.expose_app_in_browser=True",
            ],
            env=self.env,
            cwd=self.root,
            stdout=log,
            stderr=log,
        )
        log.close()
        wait_for(self._answers, "the server to answer", timeout=60)

    def kill(self):
        """Kill it as a crash would."""
        self.process.kill()
        self.process.wait()

    @property
    def runs(self):
        return self.process is not None and self.process.poll() is None

    def stop(self):
        if self.runs:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()

    def request(self, path, method="GET", headers=None, body=None):
        request = urllib.request.Request(
            f"{self.url}/{path}",
            data=body,
            method=method,
            headers={"Authorization": f"token {TOKEN}", **(headers or {})},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read() or "null")

    def notebook(self, name, *cells):
        """Write a notebook; gives back its path below the root."""
        document = {
            "cells": [
                {
                    "cell_type": "code",
                    "id": f"cell-{number}",
                    "metadata": {},
                    "execution_count": None,
                    "outputs": [],
                    "source": source,
                }
                for number, source in enumerate(cells)
            ],
            "metadata": {
                "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
            },
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        (self.root / name).write_text(json.dumps(document))
        return name

    def rows(self, sql, *params):
        with self._reading() as db:
            return db.execute(sql, params).fetchall()

    def execute(self, sql, *params):
        """Change the store behind everybody's back."""
        with self._reading() as db:
            db.execute("PRAGMA foreign_keys = ON")
            db.execute(sql, params)
            db.commit()

    def status(self, stream_id):
        return self.rows("SELECT status FROM streams WHERE id = ?", stream_id)[0][0]

    def body(self, stream_id, kind="text"):
        rows = self.rows(
            "SELECT text FROM deltas WHERE stream_id = ? AND kind = ? ORDER BY offset",
            *(stream_id, kind),
        )
        return "".join(row[0] for row in rows)

    @contextmanager
    def _reading(self):
        db = sqlite3.connect(self.store, timeout=10)
        try:
            yield db
        finally:
            db.close()

    def _answers(self):
        assert self.process.poll() is None, (self.folder / "server.log").read_text()[-3000:]
        try:
            return self.request("api/status")
        except (urllib.error.URLError, OSError):
            return None

    def _write_settings(self):
        for name, settings in {
            "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
            "apputils-extension/themes": {"theme": "JupyterLab Light"},
        }.items():
            path = self.folder / f"settings/@jupyterlab/{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(settings))


def markdowns(views):
    """The Markdown that each view of a stream shows of its body, exactly."""
    return views.evaluate_all("views => views.map((view) => view.markdown)")


class NotebookPage:
    """A page with one notebook open, used as a person would."""

    def __init__(self, page, lab, name, test):
        self.page = page
        self.test = test
        self.lab = lab
        self.name = name

    def open(self, kernel=True):
        path = "lab/tree" if self.lab.app == "lab" else "notebooks"
        reset = "&reset" if self.lab.app == "lab" else ""
        self.page.goto(f"{self.lab.url}/{path}/{self.name}?token={TOKEN}{reset}")
        self.ready()
        if not kernel:
            self.refuse_kernel()

    def reload(self):
        self.page.reload()
        self.ready()

    def ready(self):
        """Wait for the notebook; its kernel may be busy or absent."""
        self.page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=60_000)

    def kernel_ready(self):
        """Wait for a kernel that can run a cell."""
        self.page.wait_for_function(
            """() => {
                const kernel = globalThis.jupyterapp?.shell.currentWidget?.sessionContext
                    ?.session?.kernel;
                return kernel?.connectionStatus === "connected" && kernel.status !== "unknown";
            }""",
            timeout=60_000,
        )

    def refuse_kernel(self):
        """Choose "No Kernel" where Jupyter asks which one to start."""
        dialog = self.page.locator(".jp-Dialog")
        dialog.get_by_role("combobox").select_option(label="No Kernel")
        dialog.get_by_role("button", name="Select").click()

    def cell(self, number):
        return self.page.locator(".jp-NotebookPanel:visible .jp-Notebook .jp-Cell").nth(number)

    def run(self, number):
        self.kernel_ready()
        self.cell(number).locator(".jp-InputArea-editor").click()
        self.page.keyboard.press("Shift+Enter")

    def save(self):
        self.page.keyboard.press("Control+s")
        self.page.locator(".jp-NotebookPanel:visible .jp-mod-dirty").wait_for(state="detached")
        wait_for(
            lambda: "nb-persistent-stream" in (self.lab.root / self.name).read_text(),
            "the saved notebook to hold the output",
        )

    def prompt(self, number):
        return self.cell(number).locator(".jp-InputPrompt").inner_text()

    def shot(self, name):
        """Keep a picture of what a person sees now."""
        ARTIFACTS.mkdir(exist_ok=True)
        self.page.screenshot(path=ARTIFACTS / f"{self.test}-{name}.png")

    def view(self, number=0):
        """The view of a stream in a cell's output."""
        return self.cell(number).locator(".nbps")

    def wait_text(self, text, number=0, timeout=30):
        wait_for(lambda: text in self.text(number), f"{text!r} in the view", timeout)

    def wait_status(self, status, number=0, timeout=30):
        self.cell(number).locator(f".nbps[data-status={status}]").wait_for(timeout=timeout * 1000)

    def text(self, number=0):
        """The Markdown that the view shows of the body, exactly."""
        return "".join(markdowns(self.view(number)))
