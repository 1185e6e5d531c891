"""A small HTTP server that answers as a test scripts it."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def serving(answer):
    """Answer each request by calling `answer(handler)`; gives the server's address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            answer(self)

        def do_POST(self):
            self.request_body = self.rfile.read(int(self.headers["Content-Length"]))
            answer(self)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def begin(handler, content_type="text/event-stream"):
    """Begin an answer that ends with its connection."""
    handler.send_response(200)
    handler.send_header("Content-Type", content_type)
    handler.end_headers()


def send(handler, *texts):
    """Send text at once."""
    for text in texts:
        handler.wfile.write(text.encode())
    handler.wfile.flush()


def hung_up(handler):
    """Wait until the client has closed its end."""
    handler.connection.settimeout(10)
    return handler.connection.recv(1) == b""
