"""A driver's stream as a URL: a record a delta, and one for the end."""

import asyncio
import threading

import pytest

from nb_persistent_stream.protocol import Piece, Report, Status, place

from .conftest import QUICK, say
from .sse import Events

ALL = {"offset": "-1"}


@pytest.fixture
def jp_server_config(jp_server_config):
    return {**jp_server_config, "StreamExtension": QUICK}


async def test_it_is_a_record_a_delta_and_one_for_the_end(fetch, store, begin):
    lease = await begin("one", "Grüße, ")
    await store.append(lease, list(place([Piece("hm", "reasoning", {"n": 1})], 9)))
    answer = await fetch("stream", "one", params=ALL)
    records = [
        {"offset": 0, "kind": "text", "text": "Grüße, "},
        {"offset": 9, "kind": "reasoning", "text": "hm", "meta": {"n": 1}},
    ]
    assert answer.json == records
    assert answer.headers["NB-Stream-Status"] == "streaming"
    assert answer.headers["Stream-Up-To-Date"] == "true"
    assert "Stream-Closed" not in answer.headers
    here = answer.headers["Stream-Next-Offset"]

    failure = {"type": "source", "message": "The provider broke off."}
    report = Report(finish_reason="length", usage={"total_tokens": 3})
    await store.finish(lease, Status.ERROR, report, failure)
    answer = await fetch("stream", "one", params={"offset": here})
    last = {
        "offset": 11,
        "status": "error",
        "finish_reason": "length",
        "usage": {"total_tokens": 3},
        "error": failure,
    }
    assert answer.json == [last]
    assert answer.headers["NB-Stream-Status"] == "error"
    assert answer.headers["Stream-Closed"] == "true"
    assert answer.headers["Stream-Next-Offset"] > here
    end = await fetch("stream", "one", params={"offset": answer.headers["Stream-Next-Offset"]})
    assert (end.json, end.headers["Stream-Closed"]) == ([], "true")
    assert (await fetch("stream", "one", params=ALL)).json == [*records, last]


async def test_its_tag_changes_with_its_end(fetch, store, begin):
    lease = await begin("one", "text")
    before = (await fetch("stream", "one", params=ALL)).headers["ETag"]
    again = {"If-None-Match": before}
    same = await fetch("stream", "one", params=ALL, headers=dict(again))
    assert (same.code, same.body) == (304, b"")
    await store.finish(lease, Status.DONE, Report())
    answer = await fetch("stream", "one", params=ALL, headers=dict(again))
    assert answer.code == 200
    assert answer.headers["ETag"] != before


async def test_a_long_body_comes_in_pages(fetch, store, begin):
    lease = await begin()
    for _ in range(5):
        await say(store, lease, *["x" * 1000] * 100)
    records, offset, pages = [], "-1", 0
    while True:
        answer = await fetch("stream", "one", params={"offset": offset})
        records, offset, pages = (
            [*records, *answer.json],
            answer.headers["Stream-Next-Offset"],
            pages + 1,
        )
        assert len(answer.body) < 200_000
        if "Stream-Up-To-Date" in answer.headers:
            break
        assert "immutable" not in answer.headers["Cache-Control"]
        assert answer.headers["Cache-Control"].startswith("private, max-age=60")
    assert [record["offset"] for record in records] == [n * 1000 for n in range(500)]
    assert pages == 4
    assert answer.headers["Cache-Control"] == "private, no-cache"


async def test_it_is_followed_by_events_to_its_last_record(fetch, store, begin):
    lease = await begin("one", "a")
    reader = Events(fetch, "one")
    await reader.until(lambda reader: reader.messages)
    for n in range(20):
        await say(store, lease, f" {n}")
    await store.finish(lease, Status.DONE, Report(finish_reason="stop"))
    answer = await reader.end()
    texts = [message["text"] for message in reader.messages[:-1]]
    assert "".join(texts) == "a" + "".join(f" {n}" for n in range(20))
    assert reader.messages[-1]["status"] == "done"
    assert reader.controls[-1]["streamClosed"] is True
    assert all("streamCursor" in control for control in reader.controls[:-1])
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert "no-store" in answer.headers["Cache-Control"]


async def test_a_real_driver_is_followed_by_events(fetch, own_runtime):
    from nb_persistent_stream import stream

    release = threading.Event()

    def talk():
        yield "one "
        release.wait()
        yield "two"

    driven = stream(talk())
    reader = Events(fetch, driven.id)
    await reader.until(lambda reader: reader.messages)
    release.set()
    await reader.end()
    assert "".join(record.get("text", "") for record in reader.messages) == "one two"
    assert reader.messages[-1]["status"] == "done"
    assert await driven == "one two"


async def test_a_long_poll_waits_for_what_comes(fetch, store, begin):
    lease = await begin("one", "a")
    waiting = asyncio.create_task(
        fetch("stream", "one", params={"offset": "now", "live": "long-poll"})
    )
    await asyncio.wait([waiting], timeout=0.05)
    await say(store, lease, "b")
    answer = await waiting
    assert [record["text"] for record in answer.json] == ["b"]
    params = {"offset": answer.headers["Stream-Next-Offset"], "live": "long-poll"}
    answer = await fetch("stream", "one", params=params)
    assert (answer.code, answer.body) == (204, b"")
    await store.finish(lease, Status.CANCELLED, Report())
    answer = await fetch("stream", "one", params=params)
    assert [record["status"] for record in answer.json] == ["cancelled"]
    assert answer.headers["NB-Stream-Status"] == "cancelled"


async def test_nobody_else_may_append_to_it(fetch, post, begin):
    await begin("one", "mine")
    answer = await post("one", '{"text": "theirs"}', "application/json")
    assert (answer.code, answer.error["type"]) == (409, "held-by-driver")
    assert "Fork it" in answer.error["message"]
    answer = await post("one", **{"Stream-Closed": "true"})
    assert answer.code == 409
    assert len((await fetch("stream", "one", params=ALL)).json) == 1


async def test_an_offset_within_a_record_is_refused(fetch, begin):
    await begin("one", "text")
    answer = await fetch("stream", "one", params={"offset": f"{2:016d}_{0:016d}"})
    assert answer.code == 400
    assert "within a message" in answer.error["message"]
    answer = await fetch("stream", "one", params={"offset": f"{9:016d}_{0:016d}"})
    assert answer.code == 400
    assert "beyond the stream's end" in answer.error["message"]
