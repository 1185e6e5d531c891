"""The live socket: what a subscription is told, in which order, and until when."""

import pytest

from nb_persistent_stream.protocol import Report, Status

from .conftest import say
from .page import deltas_of, is_final, said, statuses

TEXTS = ["Grüße, ", "世界! ", "🎉 ", "and more"]
WHOLE = "".join(TEXTS)


@pytest.fixture
async def page(connect):
    return await connect()


@pytest.fixture
def finish(store):
    async def finish(lease, status=Status.DONE, error=None):
        await store.finish(lease, status, Report(finish_reason="stop"), error)

    return finish


@pytest.mark.parametrize("offset", [0, 2, 4, 9, 12, len(WHOLE.encode())])
async def test_a_stream_that_has_ended_is_replayed_from_an_offset(page, begin, finish, offset):
    await finish(await begin("one", *TEXTS))
    page.subscribe(1, "one", offset=offset)
    messages = await page.end(1)
    assert said(messages) == WHOLE.encode()[offset:].decode()
    assert messages[-1]["state"]["finish_reason"] == "stop"


@pytest.mark.parametrize("offset", [0, 4, 9])
async def test_a_live_stream_is_told_first_its_state_then_all(page, store, begin, finish, offset):
    lease = await begin("one", *TEXTS[:2])
    page.subscribe(1, "one", offset=offset)
    messages = await page.until(lambda message: said([message]).endswith("! "))
    await say(store, lease, TEXTS[2])
    messages += await page.until(lambda message: message["type"] == "deltas")
    await say(store, lease, TEXTS[3])
    await finish(lease)
    messages += await page.end(1)
    assert messages[0]["state"]["status"] == "streaming"
    assert said(messages) == WHOLE.encode()[offset:].decode()


async def test_the_final_state_is_the_last_word(page, store, begin, finish):
    lease = await begin()
    page.subscribe(1, "one")
    for number in range(50):
        await say(store, lease, f"{number} ")
    await finish(lease)
    messages = await page.end(1) + await page.quiet()
    assert [is_final(message) for message in messages].index(True) == len(messages) - 1
    assert said(messages) == "".join(f"{number} " for number in range(50))
    assert messages[-1]["state"]["length"] == deltas_of(messages)[-1].end


async def test_a_reader_at_the_end_hears_only_what_comes(page, store, begin):
    lease = await begin("one", "before")
    page.subscribe(1, "one", offset=6)
    assert (await page.next())["state"]["length"] == 6
    assert await page.quiet() == []
    await say(store, lease, "after")
    assert deltas_of([await page.next()])[0].offset == 6


async def test_a_change_of_state_is_told(page, store, begin, finish):
    lease = await begin()
    page.subscribe(1, "one")
    assert not (await page.next())["state"]["cancel_requested"]
    await store.request_cancel("one")
    assert (await page.next())["state"]["cancel_requested"]
    await finish(lease, Status.CANCELLED)
    assert (await page.next())["state"]["status"] == "cancelled"


async def test_an_error_s_text_is_told(page, begin, finish):
    error = {"type": "SourceFailed", "message": "no such model"}
    await finish(await begin(), Status.ERROR, error)
    page.subscribe(1, "one")
    assert (await page.end(1))[-1]["state"]["error"] == error


async def test_a_long_body_comes_in_parts(page, store, begin, finish):
    lease, part = await begin(), "x" * 4096
    await say(store, lease, *([part] * 200))
    await finish(lease)
    page.subscribe(1, "one")
    messages = await page.end(1)
    assert said(messages) == part * 200
    assert len(messages) > 3


async def test_subscriptions_of_one_socket_are_independent(page, store, begin, finish):
    leases = {sub: await begin(f"s{sub}", f"{sub}:") for sub in range(1, 6)}
    for sub, lease in leases.items():
        page.subscribe(sub, lease.stream_id)
    await finish(leases[1])
    messages = await page.end(1)
    for sub in range(2, 6):
        await say(store, leases[sub], "more")
    await finish(leases[5])
    messages += await page.end(5)
    assert said(messages, 1) == "1:"
    assert said(messages, 5) == "5:more"
    assert statuses(messages, 2) == ["streaming"]


async def test_one_stream_may_be_subscribed_twice(page, begin, finish):
    await finish(await begin("one", *TEXTS))
    page.subscribe(1, "one")
    page.subscribe(2, "one", offset=9)
    ended = set()
    messages = []
    while ended != {1, 2}:
        messages.append(await page.next())
        ended |= {messages[-1]["sub"]} if is_final(messages[-1]) else set()
    assert (said(messages, 1), said(messages, 2)) == (WHOLE, WHOLE.encode()[9:].decode())


async def test_who_unsubscribes_hears_no_more(page, store, begin):
    lease = await begin("one", "before")
    page.subscribe(1, "one")
    await page.until(lambda message: message["type"] == "deltas")
    page.unsubscribe(1)
    await page.quiet()
    await say(store, lease, "after")
    page.subscribe(2, "one")
    heard = await page.until(lambda message: "after" in said([message], 2))
    assert {message["sub"] for message in heard} == {2}


async def test_to_unsubscribe_what_is_not_subscribed_does_nothing(page, begin, finish):
    await finish(await begin("one", "text"))
    page.unsubscribe(7)
    page.subscribe(1, "one")
    assert said(await page.end(1)) == "text"
    page.unsubscribe(1)
    assert await page.quiet() == []


async def test_to_subscribe_again_replaces(page, store, begin):
    first, second = await begin("first", "1"), await begin("second", "2")
    page.subscribe(1, "first")
    await page.until(lambda message: message["type"] == "deltas")
    page.subscribe(1, "second")
    await page.until(lambda message: message.get("state", {}).get("stream_id") == "second")
    await say(store, first, "never told")
    await say(store, second, "told")
    heard = await page.until(lambda message: "told" in said([message]))
    assert said(heard).removeprefix("2") == "told"


@pytest.mark.parametrize(
    ("request_", "type_", "said_"),
    [
        ({"stream_id": "none"}, "not-found", "no stream 'none'"),
        ({"stream_id": "../x"}, "invalid-input", "not a stream id"),
        ({"stream_id": None}, "invalid-input", "not a stream id"),
        ({}, "invalid-input", "not a stream id"),
        ({"stream_id": "one", "offset": -1}, "invalid-input", "offset is -1"),
        ({"stream_id": "one", "offset": "0"}, "invalid-input", "offset is '0'"),
        ({"stream_id": "one", "offset": 2}, "invalid-input", "within a character"),
    ],
    ids=repr,
)
async def test_what_can_not_be_told_is_an_error_with_its_sub(page, begin, request_, type_, said_):
    await begin("one", "xü")
    page.send({"type": "subscribe", "sub": 3, **request_})
    message = (await page.until(lambda message: message["type"] == "error"))[-1]
    assert (message["sub"], message["error"]["type"]) == (3, type_)
    assert said_ in message["error"]["message"]
    page.subscribe(4, "one")
    assert (await page.next())["sub"] == 4


async def test_a_store_that_can_not_be_opened_is_told(page, store_path):
    store_path.parent.mkdir()
    store_path.write_bytes(b"no database " * 1000)
    page.subscribe(1, "one")
    message = await page.next()
    assert message["error"]["type"] == "corrupt"
    assert str(store_path) in message["error"]["message"]


async def test_only_text_that_flows_counts_as_activity(page, server, store, begin):
    lease = await begin()
    page.subscribe(1, "one")
    await page.until(lambda message: message["type"] == "state")
    idle = server.web_app.last_activity()
    await page.quiet()
    assert server.web_app.last_activity() == idle
    await say(store, lease, "text")
    await page.until(lambda message: message["type"] == "deltas")
    assert server.web_app.last_activity() > idle


async def test_a_thousand_stored_deltas_come_in_two_messages(page, begin, finish):
    await finish(await begin("one", *["word "] * 1000))
    page.subscribe(1, "one")
    deltas, state = await page.end(1)
    assert said([deltas]) == "word " * 1000
    assert len(deltas["deltas"]) == 1
    assert state["state"]["status"] == "done"


async def test_a_live_delta_is_one_message_at_most(page, store, begin, finish):
    lease = await begin()
    page.subscribe(1, "one")
    for _ in range(200):
        await say(store, lease, "word ")
    await finish(lease)
    messages = await page.end(1)
    assert len(messages) <= 200 + 2  # and the states of the begin and the end
