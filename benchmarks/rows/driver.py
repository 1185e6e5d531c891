"""What a stream costs the kernel that drives it, and how much it sends to its page."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from ..kernels import Heard, Kernel, kernel
from ..processes import command, port_of, running
from ..table import Row, in_turn

_FIRST = ("comm_open", "display_data")
FAST, SLOW, RATE = 5000, 500, 100
SDK = """
import time
from openai import AsyncOpenAI
client = AsyncOpenAI(base_url={url!r})
begin = time.process_time()
chunks = await client.chat.completions.create(
    model="m", messages=[{{"role": "user", "content": "x"}}], stream=True)
async for chunk in chunks:
    pass
cost = time.process_time() - begin
"""
OURS = """
import time
from nb_persistent_stream import stream
begin = time.process_time()
s = stream("x", model="m", base_url={url!r})
await s
cost = time.process_time() - begin
"""
TRAIT = """
import time
import ipywidgets
from IPython.display import display
from openai import AsyncOpenAI
client = AsyncOpenAI(base_url={url!r})
begin = time.process_time()
widget = ipywidgets.HTML()
display(widget)
chunks = await client.chat.completions.create(
    model="m", messages=[{{"role": "user", "content": "x"}}], stream=True)
async for chunk in chunks:
    widget.value += chunk.choices[0].delta.content or ""
cost = time.process_time() - begin
"""
UPDATE = """
import time
from IPython.display import Markdown, display
from openai import AsyncOpenAI
client = AsyncOpenAI(base_url={url!r})
begin = time.process_time()
shown, text = display(Markdown(""), display_id=True), ""
chunks = await client.chat.completions.create(
    model="m", messages=[{{"role": "user", "content": "x"}}], stream=True)
async for chunk in chunks:
    text += chunk.choices[0].delta.content or ""
    shown.update(Markdown(text))
cost = time.process_time() - begin
"""
PEERS = {"a trait with the whole text": TRAIT, "update_display": UPDATE}


def rows() -> Iterator[Row]:
    """CPU a chunk over the bare SDK's, at full speed and at a model's; bytes to the page."""
    with tempfile.TemporaryDirectory() as folder, kernel(Path(folder)) as k:
        for count, rate, goal in ((FAST, 0, True), (SLOW, RATE, False)):
            with running(command("sse", count, rate)) as server:
                url = f"http://127.0.0.1:{port_of(server)}/v1"
                for code in (SDK, OURS):
                    k.run(code.format(url=url))  # all is imported now
                cells = {"SDK": SDK, "ours": OURS} | PEERS
                figures = in_turn(3, {
                    name: _per_chunk(k, code.format(url=url), count) for name, code in cells.items()
                })  # fmt: skip
                sdk = figures.pop("SDK")
                added = {name: 100 * (value - sdk) / sdk for name, value in figures.items()}
                ours = added.pop("ours")
                pace = f"{rate} deltas/s" if rate else "full speed"
                yield Row(
                    f"added to the SDK's CPU a chunk, {pace}", "%", ours, added,
                    goal="≤ 5" if goal else "reported", met=ours <= 5 if goal else None,
                )  # fmt: skip
                if rate:
                    yield from _bytes(k, url)


def _per_chunk(k: Kernel, code: str, count: int) -> Callable[[], float]:
    return lambda: 1e6 * k.run(code, "cost")[0] / count


def _bytes(k: Kernel, url: str) -> Iterator[Row]:
    told = {
        name: _since_shown(k.run(code.format(url=url))[1])
        for name, code in {"ours": OURS, **PEERS}.items()
    }
    body = SLOW * len("quick ")
    first = {name: _before_text(messages) for name, messages in told.items()}
    rest = {
        name: sum(m.size for m in messages[first[name] :] if _is_output(m)) / body
        for name, messages in told.items()
    }
    before = sum(m.size for m in told["ours"][: first["ours"]] if _is_output(m))
    yield Row(
        "kernel to page before the first delta", "bytes", before, goal="≤ 6,000",
        met=before <= 6000,
    )  # fmt: skip
    ours = rest.pop("ours")
    yield Row(
        "kernel to page per byte of the body", "bytes", ours, rest, goal="≤ 1.3", met=ours <= 1.3
    )


def _since_shown(messages: list[Heard]) -> list[Heard]:
    """Without the last words of the stream of the cell before."""
    return messages[next(n for n, m in enumerate(messages) if m.kind in _FIRST) :]


def _is_output(message: Heard) -> bool:
    return message.kind.startswith("comm") or "display" in message.kind


def _before_text(messages: list[Heard]) -> int:
    """The place of the first message that carries text of the answer."""
    return next(n for n, m in enumerate(messages) if "quick" in str(m.content))
