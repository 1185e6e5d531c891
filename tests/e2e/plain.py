"""A page that is no notebook: the built viewer, fed by a model that the test speaks for."""

import http.server
import threading
from functools import partial
from pathlib import Path

STATIC = Path(__file__).parents[2] / "nb_persistent_stream" / "static"

# Strict as a page can be: markup in a string can do nothing, and no script runs but ours.
POLICY = "script-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"

PAGE = """<!doctype html>
<meta charset="utf-8">
<title>Plain page</title>
<style>body { margin: 16px; font: 14px sans-serif }</style>
<main></main>
<script type="module" src="/feed.js"></script>
"""

# `feed(id, text)` and `finish(id)` speak as a kernel would; `show(id)` mounts a view of a stream.
# Both take more of what a kernel may say: a kind and its meta, and a change of the final state.
FEED = """
import widget from '/widget.js';
const { mount } = await import('/%(viewer)s');
const models = new Map();
const state = (id, status, length) => ({
  stream_id: id, status, title: id, model: 'm', provider: 'p', length, elapsed: 1,
  created_at: 1, finished_at: null, finish_reason: null, usage: null, error: null,
  cancel_requested: false, notice: null,
});
globalThis.show = (id) => {
  const told = new Set();
  const model = {
    length: 0,
    get: (name) => ({ stream_id: id, role: 'driver' })[name],
    on: (_, callback) => told.add(callback),
    off: (_, callback) => told.delete(callback),
    send: () => {},
    say: (message) => told.forEach((callback) => callback(message)),
  };
  models.set(id, model);
  widget.initialize({ model });
  const el = document.querySelector('main').appendChild(document.createElement('article'));
  mount({ el, streamId: id, signal: new AbortController().signal });
  model.say({ type: 'state', state: state(id, 'streaming', 0) });
};
const size = (text) => new TextEncoder().encode(text).length;
globalThis.feed = (id, text, kind = 'text', meta = {}) => {
  const model = models.get(id);
  model.say({ type: 'deltas', deltas: [{ offset: model.length, kind, text, meta }] });
  model.length += size(text);
};
globalThis.finish = (id, change = {}) => {
  const model = models.get(id);
  model.say({ type: 'state', state: { ...state(id, 'done', model.length), ...change } });
};
globalThis.ready = true;
"""


class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        viewer = next(STATIC.glob("viewer-*.js")).name
        own = {"/": ("text/html", PAGE), "/feed.js": ("text/javascript", FEED % {"viewer": viewer})}
        if self.path not in own:
            super().do_GET()
            return
        kind, text = own[self.path]
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


class PlainServer:
    """Serves the page on the loopback while it is used as a context."""

    def __enter__(self):
        handler = partial(Handler, directory=str(STATIC))
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
