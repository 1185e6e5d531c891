"""Whatever is sent, the server answers with one of its own words, and goes on."""

import json
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .page import said

# The fixtures are made once for all examples: what one did must not matter to the next.
ONCE = [HealthCheck.function_scoped_fixture]
fuzzed = settings(suppress_health_check=ONCE)
soaked = settings(max_examples=10_000, suppress_health_check=ONCE)

text = st.text(st.characters(), max_size=30)  # with halves of characters
numbers = st.integers() | st.integers(min_value=-(10**30), max_value=10**30) | st.floats()
scalars = st.none() | st.booleans() | numbers | text
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4)
)
ids = st.sampled_from(["one", "gone", "-", "", "x" * 129]) | text

requests = st.fixed_dictionaries(
    {"type": st.sampled_from(["subscribe", "list", "unsubscribe", "ping"]), "sub": st.integers()},
    optional={
        "stream_id": ids | values,
        "offset": numbers | values,
        "first": numbers | values,
        "count": numbers | values,
        "query": st.dictionaries(
            st.sampled_from(["search", "notebook", "live"]) | text, text | values, max_size=3
        )
        | values,
    },
)
frames = requests.map(json.dumps) | values.map(json.dumps) | st.text() | st.binary(max_size=200)

# Header values as tornado lets them in: Latin-1 without the controls.
words = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=40
).map(str.strip)
sizes = st.integers(min_value=-1, max_value=2**70).map(str)
times = st.sampled_from(
    ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "9999-12-31T23:59:59Z"]
) | st.datetimes().map(lambda moment: moment.isoformat() + "Z")
tokens = st.sampled_from(["-1", "now", "0" * 16 + "_" + "0" * 16, "9" * 16 + "_" + "9" * 16])
HEADERS = {
    "Content-Type": st.sampled_from(["text/plain", "application/json", "text/x; charset=x"]),
    "Stream-Closed": st.sampled_from(["true", "false"]),
    "Stream-TTL": sizes,
    "Stream-Expires-At": times,
    "Stream-Seq": words,
    "Stream-Forked-From": st.sampled_from(["/v1/stream/one", "/stream/two"]),
    "Stream-Fork-Offset": tokens,
    "Stream-Fork-Sub-Offset": sizes,
    "Producer-Id": words,
    "Producer-Epoch": sizes,
    "Producer-Seq": sizes,
    "If-None-Match": words,
}
headers = st.fixed_dictionaries({}, optional={name: of | words for name, of in HEADERS.items()})
QUERY = {
    "offset": tokens | sizes,
    "live": st.sampled_from(["sse", "long-poll"]),
    "cursor": sizes,
    "search": st.sampled_from(["[", "*?[]^", "the"]),
    "status": st.sampled_from(["done", "streaming"]),
    "notebook": st.sampled_from(["../..", "/etc/passwd", "a/\0"]),
    "kernel": st.sampled_from(["", "x"]),
    "limit": sizes,
    "after": st.sampled_from(["nan:one", "inf:", "1e400:x"]),
    "unplaced": st.sampled_from(["true", "false"]),
}
plain = st.text(st.characters(codec="utf-8"), max_size=20)
query = st.fixed_dictionaries({}, optional={name: of | plain for name, of in QUERY.items()})
bodies = values.map(json.dumps).map(str.encode) | st.binary(max_size=200)
methods = st.sampled_from(["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS"])
paths = st.sampled_from(
    [
        *("stream/one", "stream/two", "stream/three", "stream/__ds/x", "stream/%00"),
        *("streams", "streams/one", "streams/one/body", "streams/two/cancel", "streams/%ff"),
        *("placed", "static/x"),
    ]
)


@pytest.fixture
def jp_server_config(jp_server_config):
    own = {"append_limit": 1000, "long_poll_timeout": 0.01, "sse_rotation": 0.01}
    return {**jp_server_config, "StreamExtension": {**jp_server_config["StreamExtension"], **own}}


@pytest.fixture
def healthy(caplog):
    """Sees to it that no error was logged: an exception that nobody caught is one."""
    yield
    assert not [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]


class Frames:
    @pytest.fixture
    async def asked(self, connect, begin):
        """Sends a frame, and sees that the socket is closed with a reason or still serves."""
        await begin("one", "the text")
        pages = [await connect()]

        async def asked(frame):
            page = pages[-1]
            page.socket.write_message(frame, binary=isinstance(frame, bytes))
            page.unsubscribe(-1)
            page.subscribe(-1, "one")
            while message := await page.next():
                if message["sub"] == -1 and said([message], -1) == "the text":
                    return
            assert page.socket.close_code == 1003
            pages.append(await connect())

        return asked


class TestFrames(Frames):
    @fuzzed
    @given(frame=frames)
    async def test_none_does_harm(self, healthy, asked, frame):
        await asked(frame)

    @pytest.mark.soak
    @soaked
    @given(frame=frames)
    async def test_none_of_many_does_harm(self, healthy, asked, frame):
        await asked(frame)


async def test_half_a_character_in_a_filters_name_is_answered(connect):
    page = await connect()
    page.list(1, {"\ud83d": 1})
    assert "takes search" in (await page.next())["error"]["message"]


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-23:59", "9999-12-31T23:59:59.9999Z"])
async def test_a_time_that_no_clock_shows_is_refused_or_kept(put, fetch, moment):
    answer = await put("one", "text", **{"Stream-Expires-At": moment})
    assert answer.code in (201, 400)
    assert (await fetch("stream", "one", method="HEAD")).code in (200, 404)


class TestRequests:
    @pytest.fixture
    async def asked(self, server, http_server_client, jp_base_url, jp_auth_header, begin):
        await begin("one", "the text")

        async def asked(method, path, query, headers, body):
            answer = await http_server_client.fetch(
                f"{jp_base_url}nb-persistent-stream/v1/{path}?{urlencode(query)}",
                method=method,
                headers={**jp_auth_header, **headers},
                body=body if method in ("PUT", "POST", "PATCH") else None,
                allow_nonstandard_methods=True,
                follow_redirects=False,
                raise_error=False,
            )
            assert answer.code < 500 or answer.code == 501, answer.body
            if answer.code >= 400 and method != "HEAD":
                assert json.loads(answer.body)["detail"]

        return asked

    @fuzzed
    @given(method=methods, path=paths, query=query, headers=headers, body=bodies)
    async def test_none_fails(self, healthy, asked, method, path, query, headers, body):
        await asked(method, path, query, headers, body)

    @pytest.mark.soak
    @soaked
    @given(method=methods, path=paths, query=query, headers=headers, body=bodies)
    async def test_none_of_many_fails(self, healthy, asked, method, path, query, headers, body):
        await asked(method, path, query, headers, body)
