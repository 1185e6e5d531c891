"""A network that fails: a TCP proxy before the server, in the loop of the test."""

import asyncio
from contextlib import asynccontextmanager, suppress

_PART = 16 * 1024


class Proxy:
    """Forwards connections as long as it is let.

    `cut_after` gives each next connection the bytes from the server after which it is cut, and
    None for one that is not; `idle` is the seconds without a byte after which one is cut. While
    `held` nothing is forwarded, and nobody is told.
    """

    def __init__(self, port):
        self._target = port
        self._running = asyncio.Event()
        self._running.set()
        self._pumps = set()
        self.cut_after = iter(())
        self.idle = None
        self.connections = 0
        self.port = None

    def hold(self):
        self._running.clear()

    def release(self):
        self._running.set()

    def cut(self):
        """Cut the connections of this moment."""
        for pump in list(self._pumps):
            pump.cancel()

    async def serve(self, reader, writer):
        self.connections += 1
        there, back = await asyncio.open_connection("127.0.0.1", self._target)
        limit = next(self.cut_after, None)
        pumps = [
            asyncio.create_task(self._pump(reader, back, None)),
            asyncio.create_task(self._pump(there, writer, limit)),
        ]
        self._pumps.update(pumps)
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            self._pumps.difference_update(pumps)
            for end in (writer, back):
                end.transport.abort()

    async def _pump(self, reader, writer, limit):
        with suppress(OSError, asyncio.TimeoutError):
            while limit is None or limit > 0:
                part = await asyncio.wait_for(reader.read(min(_PART, limit or _PART)), self.idle)
                if not part:
                    return
                await self._running.wait()
                writer.write(part)
                await writer.drain()
                limit = limit and limit - len(part)
            await asyncio.sleep(0)  # what was written goes out before the cut


@asynccontextmanager
async def proxy_before(port):
    proxy = Proxy(port)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        proxy.release()
        server.close()
        proxy.cut()
