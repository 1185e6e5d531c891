"""A program's stream, made over HTTP, is a stream as any other."""

import json

import pytest

from ..waiting import eventually
from .conftest import QUICK
from .page import said
from .sse import Events

ALL = {"offset": "-1"}


@pytest.fixture
def jp_server_config(jp_server_config):
    return {**jp_server_config, "StreamExtension": QUICK}


async def test_it_is_listed_read_and_watched_as_any_other(fetch, put, post, connect):
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
    assert {delta["kind"] for delta in body["deltas"]} == {"plain"}


async def test_a_stop_ends_it_and_its_program_is_told(fetch, put, post):
    await put("one", "x")
    answer = await fetch("streams/one/cancel", method="POST", body="")
    assert answer.json["status"] == "cancelled"
    answer = await post("one", "y")
    assert (answer.code, answer.error["type"]) == (409, "closed")
    assert answer.headers["Stream-Closed"] == "true"
    assert "cancelled" in answer.error["message"]


async def test_one_whose_time_is_over_is_swept_away(fetch, put):
    await put("one", "x", **{"Stream-TTL": "0"})
    await put("two", "x", **{"Stream-Expires-At": "2020-01-01T00:00:00Z"})

    async def none_left():
        return not (await fetch("streams")).json["streams"]

    await eventually(none_left)


async def test_an_event_reader_keeps_it_from_expiring(fetch, put, post):
    await put("one", "x", **{"Stream-TTL": "1"})
    reader = Events(fetch, "one")
    await reader.end()  # the rotation, after three times as long
    assert (await post("one", "y")).code == 204


async def test_text_is_text_to_event_readers_whatever_it_holds(fetch, put, post):
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


async def test_bytes_that_are_no_text_reach_every_reader_whole(fetch, put, post):
    data = bytes(range(256)) * 3
    await put("one", data[:300], "image/png")
    await post("one", data[300:], "image/png")
    answer = await fetch("stream", "one", params=ALL)
    assert answer.body == data
    assert answer.headers["Content-Type"] == "image/png"


async def test_events_are_rotated_and_silence_is_filled(fetch, put):
    await put("one", "x")
    reader = Events(fetch, "one", "now")
    answer = await reader.end()
    assert answer.code == 200
    assert reader.raw.count(b":\n\n") > 5
    assert [control.get("upToDate") for control in reader.controls] == [True]
    assert "streamClosed" not in reader.controls[-1]


async def test_a_reader_of_a_deleted_stream_is_let_go(fetch, put):
    await put("one", "x")
    reader = Events(fetch, "one")
    await reader.until(lambda reader: reader.controls)
    assert (await fetch("stream", "one", method="DELETE")).code == 204
    await reader.end()
    assert (await fetch("stream", "one")).code == 404


async def test_a_producers_append_is_answered_as_of_the_streams_type(put, post):
    await put("one", "", "text/plain")
    producer = {"Producer-Id": "p", "Producer-Epoch": "0", "Producer-Seq": "0"}
    answer = await post("one", "a", "text/plain", **producer)
    assert (answer.code, answer.headers["Content-Type"]) == (200, "text/plain")


async def test_json_is_told_from_what_is_none(fetch, put, post):
    await put("one", "", "application/json")
    for bad in ("", "{", "[1,]", "[1 2]", "1 2", "NaN", "[", "\ufeff1", "[" * 100_000):
        answer = await post("one", bad or " ", "application/json")
        assert (answer.code, answer.error["type"]) == (400, "invalid-input"), bad
    kept = ' [ {"a": 1.0 } , "x" ,[2], 12345678901234567890123 ] '
    assert (await post("one", kept, "application/json")).code == 204
    answer = await fetch("stream", "one", params=ALL)
    assert answer.body == b'[{"a": 1.0 },"x",[2],12345678901234567890123]'
    assert answer.json == json.loads(kept)
