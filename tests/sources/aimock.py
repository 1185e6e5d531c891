"""aimock, which speaks the wire formats of real providers, as a process of its own."""

import json
import re
import shutil
import subprocess
import urllib.request
from pathlib import Path

from ..waiting import until

ROOT = Path(__file__).parents[2]
CLI = ROOT / "js/node_modules/@copilotkit/aimock/dist/aimock-cli.js"
FIXTURES = Path(__file__).parent / "fixtures"
_PATIENCE = 20


class Aimock:
    """The server; `url` is its address."""

    def __init__(self, folder):
        node = shutil.which("node")
        assert node, "node is missing: install Node.js 20 or newer"
        assert CLI.exists(), "aimock is missing: run `make build`"
        config = folder / "aimock.json"
        config.write_text(json.dumps({"llm": {"fixtures": str(FIXTURES)}, "strict": True}))
        self._log = folder / "aimock.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [node, str(CLI), "--config", str(config), "--port", "0"], stdout=log, stderr=log
            )
        self.url = self._address()

    def stop(self):
        self._process.terminate()
        self._process.wait(_PATIENCE)

    def response(self, prompt):
        """What the fixtures answer to a prompt."""
        for file in FIXTURES.glob("*.json"):
            for fixture in json.loads(file.read_text())["fixtures"]:
                if fixture["match"]["userMessage"] == prompt:
                    return fixture["response"]
        raise LookupError(prompt)

    def request(self, prompt):
        """The newest request that ended with this prompt, as the server received it."""
        with urllib.request.urlopen(f"{self.url}/__aimock/journal", timeout=_PATIENCE) as answer:
            bodies = [entry["body"] for entry in json.load(answer)]
        return [body for body in bodies if body["messages"][-1]["content"] == prompt][-1]

    def _address(self):
        try:
            return until(self._announced)
        except BaseException:
            self._process.kill()
            raise

    def _announced(self):
        text = self._log.read_text()
        assert self._process.poll() is None, text
        found = re.search(r"listening on (http://\S+)", text)
        return found and found[1]
