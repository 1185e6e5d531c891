"""A source is not read further ahead of the store than a bounded buffer."""

import sqlite3
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from nb_persistent_stream import stream
from nb_persistent_stream.kernel import runtime, writer

from ..waiting import until

# What the system's sockets hold between the server and its reader, at most.
SOCKETS = 12 * 2**20
BUFFER = 2**20
LINE = b'data: {"choices": [{"delta": {"content": "' + b"word " * 2000 + b'"}}]}\n\n'
TOTAL = 24 * 2**20


class Torrent:
    """A server that sends as fast as it is read, and counts what it sent."""

    def __init__(self):
        self.sent, self.whole = 0, 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                while outer.sent < TOTAL:
                    self.wfile.write(LINE)
                    outer.sent += len(LINE)
                    outer.whole += 10_000
                self.wfile.write(b"data: [DONE]\n\n")

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def torrent():
    torrent = Torrent()
    yield torrent
    torrent.stop()


def test_a_locked_store_holds_the_source_back(torrent, path, monkeypatch):
    monkeypatch.setattr(writer, "_MOST_UNSAVED", BUFFER)
    stream(["makes the store"]).result(30)
    url = f"http://127.0.0.1:{torrent.server.server_port}/v1"
    lock = sqlite3.connect(path, isolation_level=None)
    s = stream("hi", model="m", base_url=url, chunk_by=2**16, show=False)
    until(lambda: s.text)
    lock.execute("BEGIN IMMEDIATE")
    try:
        until(lambda: s._driver._writer._unsaved > BUFFER)  # from now on the source waits
        stored = runtime.runtime().call(s._store.info(s.id)).length
        read = s._driver.body.end
        assert read - stored <= BUFFER + 10_000
        assert torrent.sent < read + SOCKETS < TOTAL
        assert s.status == "streaming"
    finally:
        lock.execute("ROLLBACK")
        lock.close()
    assert len(s.result(120)) == torrent.whole
    assert torrent.sent >= TOTAL
