"""A notebook that holds many finished streams opens without a stall."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from nb_persistent_stream.protocol import Delta, Report, Status
from nb_persistent_stream.store import NewStream, SqliteStore

from .lab import wait_for

MANY = 50
MIME = "application/vnd.nb-persistent-stream.v1+json"


def body_of(number):
    """Some 4 kB of prose."""
    words = " ".join(f"Sentence {n} of answer {number}." for n in range(20))
    return "\n\n".join([f"Answer {number}.", *[words] * 7, f"The end of {number}."])


def test_fifty_streams_are_fetched_as_they_come_near(shared_lab, open_in, window):
    lab = shared_lab("lab")
    with ThreadPoolExecutor() as aside:  # Playwright runs a loop on this thread
        ids = aside.submit(asyncio.run, fill(lab.store)).result()
    lab.notebook("many.ipynb", *["# asked here"] * MANY)
    hold(lab.root / "many.ipynb", ids)
    traffic = Traffic(window)
    page = open_in(lab, "many.ipynb")
    page.wait_status("done")
    timing = page.page.evaluate("() => performance.now()")
    print(f"the first of {MANY} streams was shown {timing:.0f} ms after navigation; {traffic}")
    assert 1 <= len(traffic.subscribed) <= MANY // 3
    assert len(traffic.viewers) == 1

    for number in range(MANY):
        cell = page.cell(number)
        cell.scroll_into_view_if_needed()
        page.wait_status("done", number)
    for number in (0, MANY // 2, MANY - 1):
        page.cell(number).scroll_into_view_if_needed()
        wait_for(lambda n=number: page.text(n) == body_of(n), "the whole body")
    print(f"all {MANY} scrolled to; {traffic}")
    assert sorted(traffic.subscribed) == sorted(ids)
    assert len(traffic.viewers) == 1
    assert traffic.received < 2 * sum(len(body_of(number)) for number in range(MANY))
    wait_for(lambda: len(traffic.sockets) == 1, "one socket for all")


class Traffic:
    """What a page asks for of ours, and what it gets."""

    def __init__(self, context):
        self.viewers, self.sockets, self.subscribed, self.received = [], [], [], 0
        context.on("page", self._watch)

    def __str__(self):
        return (
            f"{len(self.subscribed)} bodies, {self.received} bytes on {len(self.sockets)} socket, "
            f"viewer loaded {len(self.viewers)} time"
        )

    def _watch(self, page):
        page.on("request", self._request)
        page.on("websocket", self._socket)

    def _request(self, request):
        if Path(request.url).name.startswith("viewer-"):
            self.viewers.append(request.url)

    def _socket(self, socket):
        if "nb-persistent-stream" in socket.url:
            self.sockets.append(socket.url)
            socket.on("framesent", self._sent)
            socket.on("framereceived", self._received)

    def _sent(self, frame):
        message = json.loads(frame)
        if message["type"] == "subscribe":
            self.subscribed.append(message["stream_id"])

    def _received(self, frame):
        self.received += len(frame)


async def fill(path):
    """Store finished streams; gives back their ids."""
    store = await SqliteStore.open(path)
    ids = [f"many-{number:02}" for number in range(MANY)]
    for number, stream_id in enumerate(ids):
        lease = await store.create(NewStream(stream_id, driver="test", title=f"Answer {number}"))
        await store.start(lease)
        await store.append(lease, [Delta(0, body_of(number))])
        await store.finish(lease, Status.DONE, Report())
    await store.close()
    return ids


def hold(path, ids):
    """Put outputs into a notebook's cells as a kernel that has gone left them."""
    document = json.loads(path.read_text())
    for number, (cell, stream_id) in enumerate(zip(document["cells"], ids, strict=True)):
        words = body_of(number)
        data = {MIME: {"stream_id": stream_id, "model_id": ""}, "text/markdown": words}
        output = {"output_type": "display_data", "metadata": {}}
        cell["outputs"] = [{**output, "data": {**data, "text/plain": words}}]
    path.write_text(json.dumps(document))
