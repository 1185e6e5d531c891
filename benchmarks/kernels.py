"""A real kernel, and what it sends to its pages."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

# How long a cell may run, in seconds; how long what it said may be on its way, in milliseconds.
_PATIENCE, _QUIET = 300, 500


@dataclass(frozen=True, slots=True)
class Heard:
    """One message to the pages: its kind, its bytes on the wire, its content."""

    kind: str
    size: int
    content: dict[str, Any]


class Kernel:
    """Runs cells, one after the other, and takes in what comes of them."""

    def __init__(self, client: BlockingKernelClient) -> None:
        self._client = client

    def run(self, code: str, figure: str = "None") -> tuple[float, list[Heard]]:
        """The value of an expression after a cell, and the messages that came until then.

        The kernel drops messages that come faster than they are taken, so it is its answer, which
        has a channel of its own, that says when the cell has ended.
        """
        asked = self._client.execute(code, user_expressions={"figure": f"float({figure} or 0)"})
        heard: list[Heard] = []
        poller = zmq.Poller()
        for channel in (self._client.shell_channel, self._client.iopub_channel):
            poller.register(channel.socket, zmq.POLLIN)
        answer: dict[str, Any] | None = None
        while ready := dict(poller.poll(_QUIET if answer else _PATIENCE * 1000)):
            if self._client.iopub_channel.socket in ready:
                heard.append(self._hear())
            if self._client.shell_channel.socket in ready:
                reply = self._client.shell_channel.get_msg(timeout=_PATIENCE)
                if reply["parent_header"].get("msg_id") == asked:
                    answer = reply["content"]
        if answer is None:
            raise RuntimeError("The kernel did not answer.")
        if answer["status"] != "ok":
            raise RuntimeError("\n".join(answer["traceback"]))
        return float(answer["user_expressions"]["figure"]["data"]["text/plain"]), heard

    def _hear(self) -> Heard:
        parts = self._client.iopub_channel.socket.recv_multipart()
        _, frames = self._client.session.feed_identities(parts)
        message = self._client.session.deserialize(frames)
        return Heard(message["msg_type"], sum(map(len, parts)), message["content"])


@contextmanager
def kernel(folder: Path) -> Iterator[Kernel]:
    """A kernel for the length of a block, with a store of its own."""
    manager = KernelManager()
    env = {"NB_STREAM_STORE": str(folder / "s.db"), "OPENAI_API_KEY": "none"}
    manager.start_kernel(env={**os.environ, **env})
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=_PATIENCE)
        yield Kernel(client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
