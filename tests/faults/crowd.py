"""Kernels and pages by the dozen: `python -m ... write|watch`, each tells what it did as JSON."""

import asyncio
import json
import os
import sys
import time

from nb_persistent_stream.protocol import TEXT

from .actors import said


def write(name, streams, over):
    """A kernel: drive some streams until a file is there; tells their ids and lengths."""
    from nb_persistent_stream import stream

    def talk(title):
        number = 0
        while not os.path.exists(over):
            # When it was said, so that a watcher can tell how late it is.
            yield f"{said(title, number)}@{time.time():.3f} "
            number += 1
            time.sleep(0.1)

    handles = [
        stream(lambda title=f"{name}s{n}": talk(title), title=f"{name}s{n}")
        for n in range(int(streams))
    ]
    print(json.dumps({handle.id: len(handle.result(300).encode()) for handle in handles}))


class Page:
    """A page that follows some streams from their beginning to their end."""

    def __init__(self, ids):
        self.ids, self.since, self.there = ids, 0.0, asyncio.Event()
        self.ends, self.lags, self.statuses, self.errors = {}, [], {}, []

    async def run(self, url, token):
        from tornado.httpclient import HTTPRequest
        from tornado.websocket import websocket_connect

        url = f"{url.replace('http', 'ws', 1)}/nb-persistent-stream/v1/live"
        request = HTTPRequest(url, headers={"Authorization": f"token {token}"}, connect_timeout=120)
        socket = await websocket_connect(request)
        self.since = time.time()  # what was said before is late by the page, not by the server
        for sub, stream_id in enumerate(self.ids):
            ask = {"type": "subscribe", "sub": sub, "stream_id": stream_id, "offset": 0}
            await socket.write_message(json.dumps(ask))
        self.there.set()
        while len(self.statuses) < len(self.ids):
            message = json.loads(await socket.read_message())
            self._hear(self.ids[message["sub"]], message)
        socket.close()

    def _hear(self, stream_id, message):
        if message["type"] == "error":
            self.errors.append(message["error"]["message"])
            self.statuses[stream_id] = "lost"
        elif message["type"] == "state" and message["state"]["finished_at"]:
            self.statuses[stream_id] = message["state"]["status"]
        elif message["type"] == "deltas":
            for delta in message["deltas"]:
                if delta["offset"] != self.ends.get(stream_id, 0):
                    self.errors.append(f"{stream_id}: {delta['offset']} is not the next offset")
                self.ends[stream_id] = delta["offset"] + len(delta["text"].encode())
                self._time(delta)

    def _time(self, delta):
        _, at, rest = delta["text"].rpartition("@")
        if at and delta["kind"] == TEXT and float(rest) > self.since:
            self.lags.append(time.time() - float(rest))


async def watch(url, token, pages, *ids):
    """A browser with many pages, each on some streams; tells when all are, and what they saw."""
    crowd = [Page([ids[(n * 7 + m) % len(ids)] for m in range(2)]) for n in range(int(pages))]
    running = asyncio.gather(*(page.run(url, token) for page in crowd))
    there = asyncio.gather(*(page.there.wait() for page in crowd))
    await asyncio.wait([running, there], return_when=asyncio.FIRST_COMPLETED)
    print(flush=True)
    await running
    lags = sorted(lag for page in crowd for lag in page.lags)
    print(
        json.dumps(
            {
                "ends": [page.ends for page in crowd],
                "statuses": sorted({s for page in crowd for s in page.statuses.values()}),
                "errors": [error for page in crowd for error in page.errors][:5],
                "deltas": len(lags),
                "median": lags[len(lags) // 2],
                "99%": lags[len(lags) * 99 // 100],
                "worst": lags[-1],
            }
        )
    )


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(*sys.argv[2:])
    else:
        asyncio.run(watch(*sys.argv[2:]))
