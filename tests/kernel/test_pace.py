"""How a body travels to a page: in messages that a Jupyter server lets through."""

import json

from nb_persistent_stream.kernel import pace
from nb_persistent_stream.protocol import Piece, place


class Page:
    """A widget that keeps what it was sent."""

    def __init__(self):
        self.messages = []

    def send(self, message):
        self.messages.append(message)

    @property
    def deltas(self):
        return [delta for message in self.messages for delta in message["deltas"]]


async def test_one_long_item_goes_out_in_many_messages(monkeypatch):
    monkeypatch.setattr(pace, "_BYTES_PER_SECOND", 10**9)
    text = "Grüße 世界 🎉 " * 20_000
    body = list(place([Piece("first "), Piece(text, "reasoning", {"index": 1})], 0))
    page = Page()
    await pace.send(page, body)
    assert all(len(json.dumps(m, ensure_ascii=False).encode()) < 70_000 for m in page.messages)
    said = [delta for delta in page.deltas if delta["kind"] == "reasoning"]
    assert "".join(delta["text"] for delta in said) == text
    assert all(delta["meta"] == {"index": 1} for delta in said)
    ends = [delta["offset"] + len(delta["text"].encode()) for delta in page.deltas]
    assert [delta["offset"] for delta in page.deltas] == [0, *ends[:-1]]


async def test_neighbours_share_a_message():
    page = Page()
    await pace.send(page, place([Piece("one "), Piece("two "), Piece("three")], 7))
    assert page.deltas == [{"offset": 7, "kind": "text", "text": "one two three"}]
