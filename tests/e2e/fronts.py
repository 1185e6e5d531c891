"""Front ends other than JupyterLab and Notebook 7, used as a person would."""

import os
import subprocess
import sys
import urllib.error
import urllib.request

from .lab import TOKEN, NotebookPage, free_port, wait_for


class ClassicPage(NotebookPage):
    """A notebook open in nbclassic."""

    def open(self, kernel=True):
        self.page.goto(f"{self.lab.url}/nbclassic/notebooks/{self.name}?token={TOKEN}")
        self.ready()

    def ready(self):
        self.cell(0).wait_for(timeout=60_000)

    def kernel_ready(self):
        """Wait until widgets can be shown, too: their manager first asks the kernel for its own."""
        self.page.wait_for_function(
            """() => {
                const { kernel, kernel_busy } = globalThis.Jupyter?.notebook ?? {};
                return kernel?.is_connected() && kernel.widget_manager && !kernel_busy;
            }""",
            timeout=60_000,
        )

    def cell(self, number):
        return self.page.locator("#notebook-container > .cell").nth(number)

    def run(self, number):
        self.kernel_ready()
        self.cell(number).locator(".input_area").click()
        self.page.keyboard.press("Shift+Enter")

    def save(self):
        self.page.keyboard.press("Control+s")
        self.page.get_by_text("Checkpoint created").wait_for()

    def prompt(self, number):
        return self.cell(number).locator(".input_prompt").inner_text()

    def output(self, number):
        return self.cell(number).locator(".output_wrapper").inner_text()


class Marimo:
    """A marimo server on one notebook."""

    def __init__(self, folder, *cells):
        self.folder = folder
        self.store = folder / "streams.db"
        self.port = free_port()
        (folder / "notebook.py").write_text(notebook_of(cells))
        # The notebook runs as soon as it is opened.
        (folder / "pyproject.toml").write_text("[tool.marimo.runtime]\nauto_instantiate = true\n")

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        env = {**os.environ, "HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder)}
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "marimo", "--yes", "edit", "notebook.py"),
                    *("--headless", "--no-token", f"--port={self.port}", "--skip-update-check"),
                ],
                env={**env, "NB_STREAM_STORE": str(self.store)},
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )
        wait_for(self._answers, "marimo to answer", timeout=60)

    def stop(self):
        self.process.terminate()
        self.process.wait(20)

    def _answers(self):
        assert self.process.poll() is None, (self.folder / "server.log").read_text()[-3000:]
        try:
            return urllib.request.urlopen(f"{self.url}/health", timeout=10).status == 200
        except (urllib.error.URLError, OSError):
            return False


def notebook_of(cells):
    """A marimo notebook; each cell is the names that it takes, and its lines."""
    source = "import marimo\n\napp = marimo.App()\n"
    for names, lines in cells:
        body = "\n".join(f"    {line}" for line in lines.strip().splitlines())
        source += f"\n\n@app.cell\ndef _({names}):\n{body}\n"
    return source
