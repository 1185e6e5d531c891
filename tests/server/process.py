"""A Jupyter server in a process of its own, with real kernels."""

import json
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request

from jupyter_client.blocking import BlockingKernelClient

from ..waiting import until

TOKEN = "test-token"
# In seconds: a busy machine takes its time to start a server.
_PATIENCE = 180


class JupyterServer:
    def __init__(self, folder, store, lease, base_url="/", options=()):
        self.folder = folder
        self.store = store
        self.env = {
            **os.environ,
            "HOME": str(folder),
            "IPYTHONDIR": str(folder / "ipython"),
            "JUPYTER_CONFIG_DIR": str(folder / "config"),
            "JUPYTER_DATA_DIR": str(folder / "data"),
            "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
            "NB_STREAM_STORE": str(store),
            "NB_STREAM_LEASE": str(lease),
        }
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}{base_url.rstrip('/')}"
        self._command = [
            *(sys.executable, "-m", "jupyter", "server", "--no-browser", "--allow-root"),
            *(f"--port={port}", "--ServerApp.port_retries=0", "--ip=127.0.0.1"),
            *(f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder}"),
            *(f"--ServerApp.base_url={base_url}", *options),
        ]
        self._log = folder / "server.log"
        self.start()

    def start(self):
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, env=self.env, stdout=log, stderr=log)
        try:
            until(self._answers, _PATIENCE)
        except BaseException:
            self.kill()  # nobody else will
            raise

    def kill(self):
        self._process.kill()
        self._process.wait(_PATIENCE)

    def stop(self):
        self._process.terminate()
        try:
            self._process.wait(_PATIENCE)
        finally:
            self._process.kill()

    def request(self, path, method="GET", body=None):
        request = urllib.request.Request(
            f"{self.url}/{path}",
            method=method,
            data=body and json.dumps(body).encode(),
            headers={"Authorization": f"token {TOKEN}"},
        )
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:
            return json.loads(answer.read() or "null")

    def streams(self, limit=50):
        """The streams of the store, newest first, as the server lists them."""
        return self.request(f"nb-persistent-stream/v1/streams?limit={limit}")["streams"]

    def delete(self, stream_id):
        self.request(f"nb-persistent-stream/v1/streams/{stream_id}", "DELETE")

    def stream(self, stream_id):
        return self.request(f"nb-persistent-stream/v1/streams/{stream_id}")

    def text(self, stream_id):
        """A stream's whole text."""
        parts, offset = [], 0
        while True:
            body = self.request(f"nb-persistent-stream/v1/streams/{stream_id}/body?offset={offset}")
            parts += [delta["text"] for delta in body["deltas"]]
            if body["next_offset"] == offset:
                return "".join(parts)
            offset = body["next_offset"]

    def _answers(self):
        assert self._process.poll() is None, self._log.read_text()[-3000:]
        try:
            return self.request("api/status")
        except (urllib.error.URLError, OSError):
            return None


class Kernel:
    """A kernel of a server."""

    def __init__(self, server):
        self._server = server
        self.id = server.request("api/kernels", "POST", {"name": "python3"})["id"]

    def run(self, code):
        """Run code, and give back the kernel's process id."""
        path = self._server.folder / "runtime" / f"kernel-{self.id}.json"
        client = BlockingKernelClient(connection_file=str(path))
        client.load_connection_file()
        client.start_channels(hb=False)
        try:
            asked = {"pid": "__import__('os').getpid()"}
            reply = client.execute(code, user_expressions=asked, reply=True, timeout=_PATIENCE)
        finally:
            client.stop_channels()
        content = reply["content"]
        assert content["status"] == "ok", content
        return int(content["user_expressions"]["pid"]["data"]["text/plain"])

    def restart(self):
        self._server.request(f"api/kernels/{self.id}/restart", "POST", {})

    def shut_down(self):
        self._server.request(f"api/kernels/{self.id}", "DELETE")
