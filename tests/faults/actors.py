"""The processes that are killed: `python -m ... drive|watch`, each with a log that outlives it."""

import asyncio
import json
import os
import sys
import time
from contextlib import suppress
from itertools import count

WORD_PAUSE = 0.01


def said(name, number):
    """What a stream says as its number-th word."""
    return f"{name}.{number}ö" + (". " if number % 9 else ".\n\n")


def whole(name, length):
    """What a stream says, until it is so many bytes long, or a word longer."""
    words, end = [], 0
    while end < length:
        words.append(said(name, len(words)))
        end += len(words[-1].encode())
    return "".join(words)


class Log:
    """Lines that are on their way to the disk as soon as they are written."""

    def __init__(self, path):
        self._file = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY)

    def write(self, *words):
        os.write(self._file, (" ".join(map(str, words)) + "\n").encode())


def drive(log_path, *names):
    """Stream until killed; logs when each word was said, before it is."""
    from nb_persistent_stream import stream

    log = Log(log_path)

    def talk(name):
        end = 0
        for number in count():
            word = said(name, number)
            end += len(word.encode())
            log.write(time.time(), name, end)
            yield word
            time.sleep(WORD_PAUSE)

    how = ["word", "sentence", "paragraph", 100]
    began = time.monotonic()
    ids = {
        name: stream(lambda name=name: talk(name), title=name, chunk_by=how[n % len(how)]).id
        for n, name in enumerate(names)
    }
    print(json.dumps({"ids": ids, "took": time.monotonic() - began}), flush=True)
    time.sleep(3600)


async def watch(log_path, url, token):
    """Follow all live streams as a page does, through all that happens to the server."""
    from tornado.httpclient import HTTPRequest
    from tornado.websocket import websocket_connect

    log, ends = Log(log_path), {}
    url = f"{url.replace('http', 'ws', 1)}/nb-persistent-stream/v1/live"
    while True:
        with suppress(OSError, Exception):
            request = HTTPRequest(url, headers={"Authorization": f"token {token}"})
            socket = await websocket_connect(request)
            await page(socket, log, ends)
        await asyncio.sleep(0.05)


async def page(socket, log, ends):
    ids = [""]  # by subscription

    def ask(**request):
        socket.write_message(json.dumps({"sub": len(ids) - 1, **request}))

    ask(type="list", query={"live": True}, first=0, count=200)
    while message := await socket.read_message():
        message = json.loads(message)
        if message["type"] == "list":
            for info in message["streams"]:
                if info["stream_id"] not in ids:
                    ids.append(info["stream_id"])
                    offset = ends.get(ids[-1], 0)
                    ask(type="subscribe", stream_id=ids[-1], offset=offset)
        elif message["type"] == "deltas":
            stream_id, last = ids[message["sub"]], message["deltas"][-1]
            assert message["deltas"][0]["offset"] <= ends.get(stream_id, 0), "a gap"
            ends[stream_id] = last["offset"] + len(last["text"].encode())
            log.write(stream_id, ends[stream_id])


if __name__ == "__main__":
    if sys.argv[1] == "drive":
        drive(*sys.argv[2:])
    else:
        asyncio.run(watch(*sys.argv[2:]))
