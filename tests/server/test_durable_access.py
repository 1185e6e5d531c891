"""Streams as URLs: who may do what, what a browser makes of them, and what a request may take."""

import asyncio

import pytest

ALL = {"offset": "-1"}
TEXT = {"Content-Type": "text/plain"}
NOBODY = {"Authorization": ""}
WAYS = {
    "read": {},
    "long-poll": {"params": {"offset": "-1", "live": "long-poll"}},
    "events": {"params": {"offset": "-1", "live": "sse"}},
    "head": {"method": "HEAD"},
    "create": {"method": "PUT", "body": "x"},
    "append": {"method": "POST", "body": "x"},
    "delete": {"method": "DELETE"},
}
READS = ["read", "long-poll", "events", "head"]
WRITES = ["create", "append", "delete"]


@pytest.fixture
def jp_server_config(jp_server_config):
    own = {"append_limit": 1000, "long_poll_timeout": 0.1, "sse_rotation": 0.1}
    return {**jp_server_config, "StreamExtension": {**jp_server_config["StreamExtension"], **own}}


@pytest.fixture
def go(fetch):
    """Use one of the ways to a stream."""

    async def go(way, stream_id="one", headers=(), **more):
        headers = {**(TEXT if way in WRITES else {}), **dict(headers)}
        return await fetch("stream", stream_id, headers=headers, **{**WAYS[way], **more})

    return go


@pytest.fixture
async def one(go):
    assert (await go("create", body="the text")).code == 201


@pytest.mark.parametrize("way", WAYS)
async def test_without_a_token_nothing_is_told_or_done(go, one, store, way):
    answer = await go(way, headers=NOBODY, follow_redirects=False)
    assert answer.code == 403
    assert b"the text" not in answer.body
    if way != "head":
        assert answer.error["type"] == "forbidden"
    assert (await store.info("one")).length == 8


@pytest.mark.parametrize("way", ["create", "append"])
async def test_who_is_still_sending_is_told_why_not(fetch, jp_base_url, jp_http_port, way):
    """tornado closes the connection of a request that is answered before it was read."""
    reader, writer = await asyncio.open_connection("localhost", jp_http_port)
    head = (
        f"{WAYS[way]['method']} {jp_base_url}nb-persistent-stream/v1/stream/one HTTP/1.1\r\n"
        "Host: 127.0.0.1\r\nContent-Type: text/plain\r\nContent-Length: 10\r\n\r\n"
    )
    try:
        for _ in range(2):  # on one connection, as programs that keep theirs do
            writer.write(head.encode())
            await writer.drain()
            writer.write(b"0123456789")
            answer = await reader.readuntil(b"}")
            assert answer.startswith(b"HTTP/1.1 403")
            assert b"Authorization: token" in answer
    finally:
        writer.close()


@pytest.mark.parametrize("way", WAYS)
async def test_the_authorizer_is_asked(go, one, store, allow, way):
    allow("write" if way in READS else "read")
    assert (await go(way)).code == 403
    assert (await store.info("one")).length == 8
    allow("read" if way in READS else "write")
    assert (await go(way)).code in (200, 204, 409)


@pytest.mark.parametrize("way", WRITES)
async def test_a_page_needs_the_xsrf_token_to_change_anything(
    go, one, store, page_headers, page_cookies, way
):
    answer = await go(way, headers=page_headers)
    assert (answer.code, answer.error["type"]) == (403, "forbidden")
    assert (await store.info("one")).length == 8
    assert (await go(way, headers={**page_headers, "X-XSRFToken": page_cookies["_xsrf"]})).code in (
        200,
        204,
        409,
    )


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
@pytest.mark.parametrize("path", ["__ds/subscriptions/one", "__ds/jwks.json", "__ds"])
async def test_subscriptions_are_said_not_to_be_there(fetch, path, method):
    body = {"allow_nonstandard_methods": True}
    answer = await fetch("stream", *path.split("/"), method=method, **body)
    assert (answer.code, answer.error["type"]) == (501, "not-offered")
    answer = await fetch("stream", *path.split("/"), method=method, headers=dict(NOBODY), **body)
    assert answer.code == 403


@pytest.mark.parametrize("way", WAYS)
async def test_browsers_keep_it_to_this_origin_and_guess_nothing(go, one, way):
    for stream_id in ("one", "none"):
        headers = (await go(way, stream_id)).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["Cache-Control"].startswith("private")


@pytest.mark.parametrize("content_type", ["text/html", "image/svg+xml", "application/xml"])
async def test_what_could_act_as_a_page_is_a_download_in_a_sandbox(fetch, go, content_type):
    script = "<script>alert(1)</script>"
    await go("create", body=script, headers={"Content-Type": content_type})
    answer = await go("read")
    assert answer.headers["Content-Disposition"] == "attachment"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    body = (await fetch("streams/one/body")).json
    assert "".join(delta["text"] for delta in body["deltas"]) == script


@pytest.mark.parametrize("way", ["create", "append"])
async def test_too_much_at_once_is_refused_and_said_so(go, one, store, way):
    answer = await go(way, body="x" * 1001)
    assert (answer.code, answer.error["type"]) == (413, "too-large")
    assert "1001 bytes" in answer.error["message"]
    assert (await store.info("one")).length == 8
    assert (await go("append", body="x" * 1000)).code == 204


@pytest.mark.parametrize("way", WAYS)
async def test_an_id_that_is_none_is_refused(go, way):
    answer = await go(way, "-one")
    assert answer.code == 400
    if way != "head":
        assert "is not a stream id" in answer.error["message"]


@pytest.mark.parametrize(
    ("way", "headers", "says"),
    [
        ("create", {"Content-Type": "nothing"}, "text/plain"),
        ("create", {"Content-Type": f"text/{'x' * 300}"}, "text/plain"),
        ("create", {"Stream-TTL": "1e3"}, "whole number"),
        ("create", {"Stream-TTL": "9" * 40}, "whole number"),
        ("create", {"Stream-Expires-At": "tomorrow"}, "2030-01-31"),
        ("create", {"Stream-Expires-At": "2026-02-31T00:00:00Z"}, "2030-01-31"),
        ("create", {"Stream-Expires-At": "2030-01-31T12:00:00Z", "Stream-TTL": "1"}, "one of them"),
        ("create", {"Stream-Forked-From": "http://elsewhere/stream/one"}, "of this server"),
        ("create", {"Stream-Forked-From": "/other/v1/stream/one"}, "of this server"),
        ("create", {"Stream-Fork-Offset": "-1"}, "Stream-Forked-From"),
        ("append", {"Producer-Id": "p"}, "Producer-Epoch"),
        (
            "append",
            {"Producer-Id": "p" * 300, "Producer-Epoch": "0", "Producer-Seq": "0"},
            "256 characters",
        ),
        ("append", {"Stream-Seq": "s" * 300}, "256 characters"),
    ],
)
async def test_a_header_that_cannot_be_used_is_named(go, one, store, way, headers, says):
    answer = await go(way, "two" if way == "create" else "one", headers=headers)
    assert (answer.code, answer.error["type"]) == (400, "invalid-input")
    assert says in answer.error["message"]
    assert len(await store.live()) == 1


@pytest.mark.parametrize("path", ["/v1/stream/one", "/nb-persistent-stream/v1/stream/one", None])
async def test_a_fork_names_its_source_by_its_path(go, one, jp_base_url, path):
    path = path or f"{jp_base_url}nb-persistent-stream/v1/stream/one"
    assert (await go("create", "two", body="", headers={"Stream-Forked-From": path})).code == 201
    assert (await go("read", "two")).body == b"the text"


@pytest.mark.parametrize("params", [{"live": "ws", "offset": "-1"}, {"offset": "12"}])
async def test_a_read_that_cannot_be_is_told_what_can(go, one, params):
    answer = await go("read", params=params)
    assert answer.code == 400
    assert "Give" in answer.error["message"] or "Use" in answer.error["message"]


async def test_only_data_that_flows_counts_as_activity(server, go, one):
    settings = server.web_app.settings
    settings["api_last_activity"] = None
    for way in ("long-poll", "events"):
        await go(way, params={**WAYS[way]["params"], "offset": "now"})
        assert settings["api_last_activity"] is None
    for way in ("long-poll", "events"):
        settings["api_last_activity"] = None
        await go(way)
        assert settings["api_last_activity"] is not None
