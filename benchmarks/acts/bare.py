"""A page that shows the words of a socket and nothing else: `bare COUNT RATE`; prints its port."""

import asyncio
import sys

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler
from tornado.websocket import WebSocketHandler

from benchmarks.stamps import prose

PAGE = """<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><body><script>
window.begin = () => {
  let paragraph = null;
  new WebSocket(`ws://${location.host}/words`).onmessage = ({ data }) => {
    paragraph ??= document.body.appendChild(document.createElement('p'));
    paragraph.append(data);
    if (data.endsWith('\\n\\n')) paragraph = null;
  };
};
</script>"""


class Page(RequestHandler):
    def get(self) -> None:
        self.write(PAGE)


class Words(WebSocketHandler):
    async def open(self) -> None:
        async for word in prose(int(sys.argv[1]), float(sys.argv[2])):
            await self.write_message(word)


async def main() -> None:
    (listening,) = bind_sockets(0, "127.0.0.1")
    HTTPServer(Application([("/", Page), ("/words", Words)])).add_sockets([listening])
    print(f"port {listening.getsockname()[1]}", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
