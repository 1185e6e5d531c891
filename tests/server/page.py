"""A page's end of the live socket."""

import asyncio
import json
from itertools import pairwise

from nb_persistent_stream.protocol import Delta, text_of

PATIENCE = 20


class Page:
    def __init__(self, socket):
        self.socket = socket
        self.closed = False

    def send(self, message):
        self.socket.write_message(message if isinstance(message, str) else json.dumps(message))

    def subscribe(self, sub, stream_id, **more):
        self.send({"type": "subscribe", "sub": sub, "stream_id": stream_id, **more})

    def list(self, sub, query=None, first=0, count=50):
        request = {"type": "list", "sub": sub, "first": first, "count": count}
        self.send(request if query is None else {**request, "query": query})

    def unsubscribe(self, sub):
        self.send({"type": "unsubscribe", "sub": sub})

    async def next(self):
        """The next message; None when the server has closed the socket."""
        message = await asyncio.wait_for(self.socket.read_message(), PATIENCE)
        self.closed = message is None
        return message and json.loads(message)

    async def until(self, condition):
        """The messages up to the first that fits."""
        messages = [await self.next()]
        while not condition(messages[-1]):
            messages.append(await self.next())
            assert messages[-1] is not None, f"closed: {self.socket.close_code}"
        return messages

    async def end(self, sub):
        """The messages up to a subscription's final state, which must be its last."""
        return await self.until(lambda message: message["sub"] == sub and is_final(message))

    async def quiet(self, marker=999):
        """The messages up to now: those before the answer to a question that is asked now."""
        self.subscribe(marker, "no-such-stream")
        return (await self.until(lambda message: message["sub"] == marker))[:-1]

    async def close(self):
        self.socket.close()
        while not self.closed:
            await self.next()


def is_final(message):
    status = message.get("state", {}).get("status")
    return status in ("done", "error", "cancelled", "timeout")


def deltas_of(messages, sub=1):
    """The deltas that a subscription was sent, without gap or repeat."""
    deltas = [
        Delta(**record)
        for message in messages
        if message["sub"] == sub and message["type"] == "deltas"
        for record in message["deltas"]
    ]
    for before, delta in pairwise(deltas):
        assert delta.offset == before.end
    return deltas


def said(messages, sub=1):
    return text_of(deltas_of(messages, sub))


def statuses(messages, sub=1):
    return [
        message["state"]["status"]
        for message in messages
        if message["sub"] == sub and message["type"] == "state"
    ]
