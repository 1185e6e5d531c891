"""One notebook of a test, in its file, in the store, and in the tabs that it is opened in."""

import json

from .lab import wait_for

# Says `word0 word1 ...` for as long as a file of the cell's choice is there.
TALK = """
import os, time
from nb_persistent_stream import stream
def words():
    n = 0
    while os.path.exists("{go}"):
        yield f"word{{n}} "
        n += 1
        time.sleep(0.02)
s = stream(words(), title="Counting")
"""

THEN = {
    "free": "",
    "sleeping": "while os.path.exists('{block}'): time.sleep(0.2)",
    "computing": "n = 0\nwhile n % 1_000_000 or os.path.exists('{block}'): n += 1",
}


class Book:
    """One notebook file, and the tabs that it is opened in."""

    def __init__(self, lab, open_in, test):
        self.lab = lab
        self.name = f"{abs(hash(test)) % 10**8}.ipynb"
        self.go = lab.root / f"{self.name}.go"
        self.block = lab.root / f"{self.name}.block"
        self._open_in = open_in
        self._names = {self.name}

    @property
    def path(self):
        return self.lab.root / self.name

    def open(self, name=None, kernel=True):
        name = name or self.name
        self._names.add(name)
        return self._open_in(self.lab, name, kernel=kernel)

    def close(self):
        """End what still talks, computes or runs."""
        for file in (self.go, self.block):
            file.unlink(missing_ok=True)
        if self.lab.runs:
            self.end_kernels()

    def end_kernels(self):
        for session in self.lab.request("api/sessions"):
            if session["path"] in self._names:
                self.lab.request(f"api/sessions/{session['id']}", "DELETE")

    def lose_kernel(self):
        """Name a kernel that is not installed: Jupyter asks, then, which one to start."""
        self.end_kernels()
        missing = {"name": "missing", "display_name": "Missing", "language": "missing"}
        self.edit(lambda document: document.update(metadata={"kernelspec": missing}))

    def open_and_run(self, *cells):
        self.lab.notebook(self.name, *cells)
        page = self.open()
        page.run(0)
        return page

    def talk(self, then="free"):
        """Open the notebook and let its cell begin to talk; the output is in the file then.

        The cell then goes on as `THEN` says, until the file `block` is gone.
        """
        self.go.touch()
        self.block.touch()
        page = self.open_and_run(TALK.format(go=self.go) + THEN[then].format(block=self.block))
        page.wait_text("word10 ")
        self.wait_saved()
        return page

    def hush(self):
        """Let the stream end."""
        self.go.unlink(missing_ok=True)

    def wait_saved(self):
        wait_for(lambda: self.stream_id in self.path.read_text(), "the notebook to be saved")

    @property
    def stream_ids(self):
        rows = self.lab.rows(
            "SELECT id FROM streams WHERE notebook LIKE ? ORDER BY created_at", f"%{self.name}"
        )
        return [row[0] for row in rows]

    @property
    def stream_id(self):
        return self.stream_ids[-1]

    @property
    def body(self):
        return self.lab.body(self.stream_id)

    @property
    def status(self):
        return self.lab.status(self.stream_id)

    def wait_status(self, status):
        wait_for(lambda: self.status == status, f"status {status} in the store")

    def edit(self, change):
        """Change the file behind Jupyter's back, so that it is not signed any more."""
        document = wait_for(self._document, "the file to be written")
        change(document)
        self.path.write_text(json.dumps(document))

    def markdown(self):
        """The Markdown of the first output, as JSON text; empty while the file is being written."""
        document = self._document()
        outputs = document["cells"][0]["outputs"] if document else []
        return json.dumps("".join(outputs[0]["data"]["text/markdown"])) if outputs else ""

    def _document(self):
        """The file's notebook, or None while the server is writing it."""
        try:
            return json.loads(self.path.read_text())
        except ValueError:
            return None

    def kernel(self):
        """The running kernel's id."""
        sessions = self.lab.request("api/sessions")
        return next(item["kernel"]["id"] for item in sessions if item["path"] == self.name)

    def shows_all(self, page, number=0):
        wait_for(lambda: page.text(number) == self.body != "", "the view to show the stored body")
        assert "model not found" not in page.cell(number).inner_text()
        assert page.cell(number).locator(".nbps").count() == 1
