"""A driver's stream as a URL, and a program's stream as any other."""

import asyncio
import json
import threading

import pytest

from nb_persistent_stream.protocol import Piece, Report, Status, place

from ..waiting import eventually
from .conftest import say
from .page import said
from .sse import Events

ALL = {"offset": "-1"}
TEXT = {"Content-Type": "text/plain"}


@pytest.fixture
def jp_server_config(jp_server_config):
    return {
        **jp_server_config,
        "StreamExtension": {
            "sweep_interval": 0.02,
            "long_poll_timeout": 0.3,
            "sse_rotation": 3,
            "sse_keep_alive": 0.05,
        },
    }


@pytest.fixture
def put(fetch):
    async def put(stream_id, body="", content_type="text/plain", **headers):
        headers = {"Content-Type": content_type, **headers}
        return await fetch("stream", stream_id, method="PUT", body=body, headers=headers)

    return put


@pytest.fixture
def post(fetch):
    async def post(stream_id, body="", content_type="text/plain", **headers):
        headers = {"Content-Type": content_type, **headers}
        return await fetch("stream", stream_id, method="POST", body=body, headers=headers)

    return post


class TestADriversStream:
    async def test_it_is_a_record_a_delta_and_one_for_the_end(self, fetch, store, begin):
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

    async def test_its_tag_changes_with_its_end(self, fetch, store, begin):
        lease = await begin("one", "text")
        before = (await fetch("stream", "one", params=ALL)).headers["ETag"]
        again = {"If-None-Match": before}
        same = await fetch("stream", "one", params=ALL, headers=dict(again))
        assert (same.code, same.body) == (304, b"")
        await store.finish(lease, Status.DONE, Report())
        answer = await fetch("stream", "one", params=ALL, headers=dict(again))
        assert answer.code == 200
        assert answer.headers["ETag"] != before

    async def test_a_long_body_comes_in_pages(self, fetch, store, begin):
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

    async def test_it_is_followed_by_events_to_its_last_record(self, fetch, store, begin):
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

    async def test_a_real_driver_is_followed_by_events(self, fetch, own_runtime):
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

    async def test_a_long_poll_waits_for_what_comes(self, fetch, store, begin):
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

    async def test_nobody_else_may_append_to_it(self, fetch, post, begin):
        await begin("one", "mine")
        answer = await post("one", '{"text": "theirs"}', "application/json")
        assert (answer.code, answer.error["type"]) == (409, "held-by-driver")
        assert "Fork it" in answer.error["message"]
        answer = await post("one", **{"Stream-Closed": "true"})
        assert answer.code == 409
        assert len((await fetch("stream", "one", params=ALL)).json) == 1

    async def test_an_offset_within_a_record_is_refused(self, fetch, begin):
        await begin("one", "text")
        answer = await fetch("stream", "one", params={"offset": f"{2:016d}_{0:016d}"})
        assert answer.code == 400
        assert "within a message" in answer.error["message"]
        answer = await fetch("stream", "one", params={"offset": f"{9:016d}_{0:016d}"})
        assert answer.code == 400
        assert "beyond the stream's end" in answer.error["message"]


class TestAProgramsStream:
    async def test_it_is_listed_read_and_watched_as_any_other(self, fetch, put, post, connect):
        assert (await put("build-log", "line 1\n")).code == 201
        listed = (await fetch("streams")).json["streams"]
        assert [(one["stream_id"], one["status"]) for one in listed] == [("build-log", "streaming")]
        found = [
            len((await fetch("streams", params={"search": word})).json["streams"])
            for word in ("BUILD", "other")
        ]
        assert found == [1, 0]
        page = await connect()
        page.subscribe(1, "build-log")
        messages = await page.until(lambda message: message["type"] == "deltas")
        assert (await post("build-log", "line 2\n", **{"Stream-Closed": "true"})).code == 204
        messages += await page.end(1)
        assert said(messages) == "line 1\nline 2\n"
        assert messages[-1]["state"]["status"] == "done"
        body = (await fetch("streams/build-log/body")).json
        assert "".join(delta["text"] for delta in body["deltas"]) == "line 1\nline 2\n"
        assert {delta["kind"] for delta in body["deltas"]} == {"text"}

    async def test_a_stop_ends_it_and_its_program_is_told(self, fetch, put, post):
        await put("one", "x")
        answer = await fetch("streams/one/cancel", method="POST", body="")
        assert answer.json["status"] == "cancelled"
        answer = await post("one", "y")
        assert (answer.code, answer.error["type"]) == (409, "closed")
        assert answer.headers["Stream-Closed"] == "true"
        assert "cancelled" in answer.error["message"]

    async def test_one_whose_time_is_over_is_swept_away(self, fetch, put):
        await put("one", "x", **{"Stream-TTL": "0"})
        await put("two", "x", **{"Stream-Expires-At": "2020-01-01T00:00:00Z"})

        async def none_left():
            return not (await fetch("streams")).json["streams"]

        await eventually(none_left)

    async def test_an_event_reader_keeps_it_from_expiring(self, fetch, put, post):
        await put("one", "x", **{"Stream-TTL": "1"})
        reader = Events(fetch, "one")
        await reader.end()  # the rotation, after three times as long
        assert (await post("one", "y")).code == 204

    async def test_text_is_text_to_event_readers_whatever_it_holds(self, fetch, put, post):
        hostile = "  two spaces\r\n\nevent: control\rdata: {}\n\n"
        await put("one", hostile)
        reader = Events(fetch, "one")
        await reader.until(lambda reader: reader.controls)
        for data in ("€".encode()[:2], "€".encode()[2:], b"\xff"):
            await post("one", data)
        await post("one", "end", **{"Stream-Closed": "true"})
        await reader.end()
        expected = hostile.replace("\r\n", "\n").replace("\r", "\n") + "€?end"
        assert "".join(reader.data) == expected
        assert {name for name, _ in reader.events} == {"data", "control"}

    async def test_bytes_that_are_no_text_reach_every_reader_whole(self, fetch, put, post):
        data = bytes(range(256)) * 3
        await put("one", data[:300], "image/png")
        await post("one", data[300:], "image/png")
        answer = await fetch("stream", "one", params=ALL)
        assert answer.body == data
        assert answer.headers["Content-Type"] == "image/png"

    async def test_events_are_rotated_and_silence_is_filled(self, fetch, put):
        await put("one", "x")
        reader = Events(fetch, "one", "now")
        answer = await reader.end()
        assert answer.code == 200
        assert reader.raw.count(b":\n\n") > 5
        assert [control.get("upToDate") for control in reader.controls] == [True]
        assert "streamClosed" not in reader.controls[-1]

    async def test_a_reader_of_a_deleted_stream_is_let_go(self, fetch, put):
        await put("one", "x")
        reader = Events(fetch, "one")
        await reader.until(lambda reader: reader.controls)
        assert (await fetch("stream", "one", method="DELETE")).code == 204
        await reader.end()
        assert (await fetch("stream", "one")).code == 404

    async def test_json_is_told_from_what_is_none(self, fetch, put, post):
        await put("one", "", "application/json")
        for bad in ("", "{", "[1,]", "[1 2]", "1 2", "NaN", "[", "\ufeff1", "[" * 100_000):
            answer = await post("one", bad or " ", "application/json")
            assert (answer.code, answer.error["type"]) == (400, "invalid-input"), bad
        kept = ' [ {"a": 1.0 } , "x" ,[2], 12345678901234567890123 ] '
        assert (await post("one", kept, "application/json")).code == 204
        answer = await fetch("stream", "one", params=ALL)
        assert answer.body == b'[{"a": 1.0 },"x",[2],12345678901234567890123]'
        assert answer.json == json.loads(kept)
