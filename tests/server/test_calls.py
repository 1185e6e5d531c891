"""The store over HTTP, as a program without our client sees it."""

import asyncio
import json
import urllib.error

import pytest

from nb_persistent_stream.store import StreamStore
from nb_persistent_stream.store.calls import CALLS, VERSION

from ..waiting import eventually
from .process import JupyterServer

READ, WRITE, EXECUTE = (
    [name for name, call in CALLS.items() if call.action == action]
    for action in ("read", "write", "execute")
)
NOBODY = {"Authorization": ""}


@pytest.fixture
def call(fetch):
    async def call(name, headers=None, **arguments):
        body = json.dumps(arguments)
        return await fetch("store", name, method="POST", body=body, headers=headers)

    return call


def test_every_method_of_the_contract_is_a_call():
    methods = {name for name, value in vars(StreamStore).items() if callable(value)}
    own = {name for name in methods if not name.startswith("_")}
    assert own - {"close"} == CALLS.keys()


async def test_a_stream_is_driven_by_calls_alone(call, fetch):
    assert (await fetch("/")).json["store"] == VERSION
    lease = (await call("create", new={"id": "one", "driver": "ci", "title": "T"})).json
    assert lease == {"stream_id": "one", "driver": "ci", "epoch": 1, "file": 0}
    assert (await call("start", lease=lease)).json is None
    deltas = [{"offset": 0, "text": "Hello "}, {"offset": 6, "text": "world", "kind": "reasoning"}]
    for _ in range(2):  # once more is harmless
        assert (await call("append", lease=lease, deltas=deltas)).code == 200
    done = {"lease": lease, "status": "done", "report": {"model": "m"}}
    assert (await call("finish", **done)).json is None
    assert (await call("info", stream_id="one")).json["report"]["model"] == "m"
    body = (await fetch("streams", "one", "body")).json
    assert [delta["text"] for delta in body["deltas"]] == ["Hello ", "world"]
    followed = await call("follow", stream_id="one")
    assert followed.headers["Content-Type"] == "text/event-stream"
    assert followed.headers["X-Accel-Buffering"] == "no"
    assert followed.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    events = [json.loads(event[5:]) for event in followed.body.split(b"\n\n") if event]
    assert [len(event["deltas"]) for event in events] == [2, 0]
    assert events[-1]["info"]["status"] == "done"


@pytest.mark.parametrize(
    ("name", "arguments", "word"),
    [
        ("info", {"stream_id": "no"}, (404, "not-found")),
        ("follow", {"stream_id": "no"}, (404, "not-found")),
        ("start", {"lease": {"stream_id": "no", "driver": "d", "epoch": 1}}, (409, "deleted")),
        ("create", {"new": {"id": "a/b", "driver": "d"}}, (400, "invalid-input")),
        ("create", {"new": {"id": "one", "driver": "d", "tags": [1]}}, (400, "invalid-input")),
        ("create", {"new": {"driver": "d"}}, (400, "invalid-input")),
        ("create", {}, (400, "invalid-input")),
        ("beat", {"driver": "d", "more": 1}, (400, "invalid-input")),
        ("read", {"stream_id": "one", "offset": 2**70}, (400, "invalid-input")),
        ("find", {"query": {"after": "garbage"}}, (400, "invalid-input")),
        ("close", {}, (404, "not-found")),
        ("nothing", {}, (404, "not-found")),
    ],
)
async def test_what_can_not_be_done_is_a_problem(call, name, arguments, word):
    answer = await call(name, **arguments)
    assert (answer.code, answer.error["type"]) == word


async def test_a_stream_that_has_ended_is_fenced(call, begin):
    await begin("one", "text")
    lease = {"stream_id": "one", "driver": "other", "epoch": 7}
    answer = await call("append", lease=lease, deltas=[{"offset": 4, "text": "more"}])
    assert (answer.code, answer.error["type"]) == (409, "fenced")


async def test_a_server_that_stops_tells_readers_to_come_again(call, begin, shelf):
    await begin("one", "text")
    following = asyncio.create_task(call("follow", stream_id="one"))
    await eventually(lambda: shelf._store and shelf._store._tail._feeds)
    await shelf.close()
    # As an event, or as a problem if there was none yet; not as one that is for good.
    assert b'unavailable"' in (await following).body


@pytest.mark.parametrize("body", ["", "{", "[1]", '"x"', "[" * 100_000])
async def test_what_is_no_object_is_told_so(fetch, body):
    answer = await fetch("store", "info", method="POST", body=body)
    assert (answer.code, answer.error["type"]) == (400, "invalid-input")


async def test_a_call_has_a_limit(fetch):
    answer = await fetch("store", "info", method="POST", body=" " * (16 * 1024 * 1024 + 1))
    assert (answer.code, answer.error["type"]) == (413, "too-large")


@pytest.mark.parametrize("name", CALLS)
async def test_without_a_token_there_is_no_call(call, name):
    answer = await call(name, headers=NOBODY)
    assert (answer.code, answer.error["type"]) == (403, "forbidden")


@pytest.mark.parametrize(
    ("allowed", "names"), [("read", READ), ("write", WRITE), ("execute", EXECUTE)]
)
async def test_a_call_takes_its_right(call, allow, allowed, names):
    allow(allowed)
    for name in CALLS:
        # Without arguments none is made.
        code = (await call(name, nothing=1)).code
        assert code == (400 if name in names else 403), name


async def test_a_page_without_the_xsrf_token_may_not_call(call, page_headers, page_cookies):
    driver = {"driver": "d"}
    answer = await call("beat", headers=page_headers, **driver)
    assert (answer.code, answer.error["type"]) == (403, "forbidden")
    answer = await call(
        "beat", headers={**page_headers, "X-XSRFToken": page_cookies["_xsrf"]}, **driver
    )
    assert answer.code == 200


@pytest.mark.slow
def test_a_server_whose_own_store_is_a_url_starts_without_the_extension_and_says_why(tmp_path):
    server = JupyterServer(tmp_path, "https://hub.example", lease=15)
    try:
        with pytest.raises(urllib.error.HTTPError, match="404"):
            server.streams()
        assert "a server keeps its streams in a file" in (tmp_path / "server.log").read_text()
    finally:
        server.stop()
