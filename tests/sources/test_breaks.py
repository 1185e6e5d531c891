"""Frames that can't be read, endings that were never said, and what is asked again."""

import json

import pytest

from nb_persistent_stream import StreamFailed, get, stream
from nb_persistent_stream.sources import Request
from nb_persistent_stream.sources.secrets import shown_options

from .serving import begin, send, serving

WIRES = {
    "chat": {"choices": [{"delta": {"content": "Half"}}]},
    "responses": {"type": "response.output_text.delta", "output_index": 0, "delta": "Half"},
    "anthropic": {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": "text_delta", "text": "Half"},
    },
}


def frame(api):
    data = WIRES[api]
    return f"event: {data.get('type', 'message')}\ndata: {json.dumps(data)}\n\n"


@pytest.fixture(params=WIRES)
def api(request):
    return request.param


@pytest.fixture
def ask(api, store_file):
    def ask(url, **options):
        options = {"api_key": "sk-dummy-0123", "max_retries": 0, **options}
        return stream("hi", model="m", api=api, base_url=url, show=False, **options)

    return ask


def failure_of(answer):
    with pytest.raises(StreamFailed) as caught:
        answer.result(60)
    stored = get(answer.id)
    assert (stored.status, stored.text, stored.error) == ("error", "Half", str(caught.value))
    return str(caught.value)


def test_a_frame_that_cannot_be_read_is_an_error_that_keeps_the_text(api, ask):
    def answer(handler):
        begin(handler)
        send(handler, frame(api), frame(api).replace("}", "", 1))

    with serving(answer) as url:
        assert "broke off: it sent what can't be read" in failure_of(ask(url))


def test_an_answer_without_its_end_is_not_done(api, ask):
    def answer(handler):
        begin(handler)
        send(handler, frame(api))

    with serving(answer) as url:
        assert "the connection ended before the answer did" in failure_of(ask(url))


def test_a_refusal_is_asked_again_and_a_broken_answer_is_not(api, ask):
    asked = []

    def answer(handler):
        asked.append(handler.path)
        if len(asked) == 1:
            handler.send_response(429)
            handler.send_header("Retry-After-Ms", "1")
            handler.end_headers()
            return
        begin(handler)
        send(handler, frame(api), "event: message\ndata: {broken\n\n")

    with serving(answer) as url:
        failure_of(ask(url, max_retries=2))
    assert len(asked) == 2


def test_a_timeout_of_the_first_delta_counts_all_tries(ask):
    with serving(lambda handler: handler.rfile.read(1)) as url:
        s = ask(url, first_timeout=0.3, max_retries=5)
        with pytest.raises(StreamFailed, match="did not begin to answer"):
            s.result(60)


def test_what_is_stored_of_a_request_has_no_secrets():
    request = Request([], "m", base_url="https://me:pw@host/v1?key=1")
    assert shown_options(request) == {"base_url": "https://host/v1"}
    assert "pw" not in repr(request)


@pytest.mark.parametrize("api", ["chat"], indirect=True)
@pytest.mark.parametrize("end", ["data: [DONE]\n\n", "finish_reason"])
def test_either_end_of_a_chat_will_do(api, ask, end):
    """Not every server says why it ended, nor does each say `[DONE]`."""
    if end == "finish_reason":
        end = 'data: {"choices": [{"delta": {}, "finish_reason": "stop"}]}\n\n'

    def answer(handler):
        begin(handler)
        send(handler, ": PROCESSING\n\n", frame(api), end)

    with serving(answer) as url:
        assert ask(url).result(60) == "Half"
