"""A wire between a store and its server that can be cut."""

import asyncio
import re
from collections import Counter
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

_CALL = re.compile(rb"POST \S+/store/(\w+) HTTP")


class Wire:
    """Passes bytes on; an answer to a call in `cuts` is cut off once the server has given it."""

    def __init__(self, server_url):
        self._server = urlsplit(server_url)
        self.cuts = Counter()
        self.calls = Counter()
        self._connections = set()

    @asynccontextmanager
    async def up(self):
        listener = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = listener.sockets[0].getsockname()[1]
        try:
            yield f"http://127.0.0.1:{port}{self._server.path}"
        finally:
            listener.close()
            self.cut_all()
            await asyncio.gather(*self._connections, return_exceptions=True)

    def cut_all(self):
        """Cut whatever is under way."""
        for connection in self._connections:
            connection.cancel()

    async def _serve(self, reader, writer):
        self._connections.add(asyncio.current_task())
        far_reader, far_writer = await asyncio.open_connection(
            self._server.hostname, self._server.port
        )
        asked = []
        ways = [
            asyncio.ensure_future(self._up(reader, far_writer, asked)),
            asyncio.ensure_future(self._down(far_reader, writer, asked)),
        ]
        with suppress(asyncio.CancelledError):  # it is cut
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        self._connections.discard(asyncio.current_task())
        for end in (writer, far_writer):
            end.transport.abort()
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)

    async def _up(self, reader, writer, asked):
        while data := await reader.read(65536):
            for call in _CALL.findall(data):
                asked[:] = [call.decode()]
                self.calls[asked[0]] += 1
            writer.write(data)
            await writer.drain()

    async def _down(self, reader, writer, asked):
        while data := await reader.read(65536):
            if asked and self.cuts[asked[0]] > 0:
                self.cuts[asked[0]] -= 1
                return
            writer.write(data)
            await writer.drain()
