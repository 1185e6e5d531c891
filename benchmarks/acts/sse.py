"""An OpenAI-compatible server that streams `COUNT` chunks at `RATE` a second (0: at once)."""

import asyncio
import json
import sys

CHUNK = {
    "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m",
    "choices": [{"index": 0, "delta": {"content": "quick "}, "finish_reason": None}],
}  # fmt: skip


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    count, rate = int(sys.argv[1]), float(sys.argv[2])
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    await reader.readexactly(int(head.partition(b"content-length: ")[2].split()[0]))
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
    event = f"data: {json.dumps(CHUNK)}\n\n".encode()
    loop = asyncio.get_running_loop()
    start = loop.time()
    for number in range(count):
        if rate and (pause := start + number / rate - loop.time()) > 0:
            await asyncio.sleep(pause)
        writer.write(event)
        await writer.drain()
    last = CHUNK | {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    writer.write(f"data: {json.dumps(last)}\n\ndata: [DONE]\n\n".encode())
    await writer.drain()
    writer.close()


async def main() -> None:
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(f"port {server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


asyncio.run(main())
