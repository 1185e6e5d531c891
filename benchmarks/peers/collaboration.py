"""jupyter-collaboration's document as a text channel: a server, and a driver that writes into it.

`serve FOLDER` prints its port; `say PORT ROOM COUNT RATE` begins when it reads a line.
"""

import asyncio
import os
import sys
import time

from jupyter_server.serverapp import ServerApp
from pycrdt import (
    Doc,
    Text,
    YMessageType,
    create_sync_message,
    create_update_message,
    handle_sync_message,
)
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

TOKEN = os.environ["TOKEN"]


def serve(folder: str) -> None:
    os.chdir(folder)  # it keeps its updates in a file there
    app = ServerApp()
    app.initialize(
        [
            *("--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0"),
            *(f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder}"),
            *("--log-level=ERROR", "--Application.log_level=ERROR"),
        ]
    )
    print(f"port {app.port}", flush=True)
    app.start()


async def say(port: int, room: str, count: int, rate: float) -> None:
    url = f"ws://127.0.0.1:{port}{room}"
    server = await websocket_connect(HTTPRequest(url, headers={"Authorization": f"token {TOKEN}"}))
    doc: Doc = Doc()
    text = doc.get("source", type=Text)
    await server.write_message(create_sync_message(doc), binary=True)

    async def listen() -> None:
        while isinstance(message := await server.read_message(), bytes):
            if message[0] == YMessageType.SYNC:
                reply = handle_sync_message(message[1:], doc)
                if reply is not None:
                    await server.write_message(reply, binary=True)

    listening = asyncio.create_task(listen())
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    start = time.monotonic()
    for number in range(count):
        if (pause := start + number / rate - time.monotonic()) > 0:
            await asyncio.sleep(pause)
        before = doc.get_state()
        text += f"@{time.monotonic_ns()}@ the quick brown fox jumps over "
        await server.write_message(create_update_message(doc.get_update(before)), binary=True)
    await asyncio.to_thread(sys.stdin.read)
    listening.cancel()


if sys.argv[1] == "serve":
    serve(sys.argv[2])
else:
    asyncio.run(say(int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), float(sys.argv[5])))
