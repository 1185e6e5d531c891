"""A real kernel, and what it sends to its pages."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

_PATIENCE = 120


@dataclass(frozen=True, slots=True)
class Heard:
    """One message to the pages: its kind, its bytes on the wire, its content."""

    kind: str
    size: int
    content: dict[str, Any]


class Kernel:
    """Runs cells, one after the other, and takes in all that comes of them."""

    def __init__(self, client: BlockingKernelClient) -> None:
        self._client = client

    def run(self, code: str) -> tuple[Any, list[Heard]]:
        """What a cell's last line prints, as JSON, and all messages until its end."""
        asked = self._client.execute(code)
        heard: list[Heard] = []
        printed = ""
        while True:
            parts = self._client.iopub_channel.socket.recv_multipart()
            _, frames = self._client.session.feed_identities(parts)
            message = self._client.session.deserialize(frames)
            kind, content = message["msg_type"], message["content"]
            heard.append(Heard(kind, sum(map(len, parts)), content))
            if kind == "stream":
                printed += content["text"]
            if kind == "error":
                raise RuntimeError("\n".join(content["traceback"]))
            mine = message["parent_header"].get("msg_id") == asked
            if mine and kind == "status" and content["execution_state"] == "idle":
                return json.loads(printed.splitlines()[-1]) if printed else None, heard


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
