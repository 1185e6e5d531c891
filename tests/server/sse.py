"""A reader of server-sent events."""

import asyncio
import json

from ..waiting import eventually


class Events:
    """What a server has sent so far; `fetch` is the fixture of that name."""

    def __init__(self, fetch, stream_id, offset="-1", **params):
        self.raw = b""
        self._task = asyncio.create_task(
            fetch(
                "stream",
                stream_id,
                params={"offset": offset, "live": "sse", **params},
                streaming_callback=self._take,
            )
        )

    def _take(self, chunk):
        self.raw += chunk

    @property
    def events(self):
        """The events that are whole, as pairs of a name and the data."""
        blocks = self.raw.decode().split("\n\n")[:-1]
        return [_event(block) for block in blocks if not block.startswith(":")]

    @property
    def controls(self):
        return [json.loads(data) for name, data in self.events if name == "control"]

    @property
    def data(self):
        return [data for name, data in self.events if name == "data"]

    @property
    def messages(self):
        """The messages of a stream in JSON mode."""
        return [message for data in self.data for message in json.loads(data)]

    async def until(self, condition):
        await eventually(lambda: condition(self))

    async def end(self):
        """The answer, when the server has ended it."""
        return await self._task


def _event(block):
    name, *lines = block.split("\n")
    assert name.startswith("event: ")
    data = [line.removeprefix("data:") for line in lines]
    return name.removeprefix("event: "), "\n".join(line.removeprefix(" ") for line in data)
