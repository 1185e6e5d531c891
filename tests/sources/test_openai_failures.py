"""When the provider fails: the error says what to do, and all that was said is kept."""

import contextlib
import re
import socket

import pytest

from nb_persistent_stream import StreamFailed, get

from ..waiting import until
from .serving import begin, hung_up, send, serving
from .test_lines import event
from .threads import Flag

KEY = "sk-dummy-0123456789"


def failure_of(answer):
    with pytest.raises(StreamFailed) as caught:
        answer.result(30)
    return caught.value


@pytest.mark.parametrize(
    ("status", "said", "advice"),
    [
        (401, "Incorrect API key provided", "Check OPENAI_API_KEY"),
        (404, "The model does not exist", r"Check the model's name \('gpt-test'\)"),
        (429, "Rate limit reached", "Wait a little"),
        (500, "The server had an error", "Run the cell again"),
    ],
)
def test_a_refusal_says_what_to_do(ask, status, said, advice):
    answer = ask(f"status {status}")
    error = failure_of(answer)
    assert error.stream_id == answer.id
    assert error.text == ""
    assert answer.status == "error"
    stored = get(answer.id)
    assert (stored.status, stored.error) == ("error", str(error))
    assert stored.info.error["type"] == "SourceFailed"
    for part in (str(status), said, "127.0.0.1"):
        assert part in str(error)
    assert re.search(advice, str(error))
    assert "{" not in str(error), "JSON is no sentence"
    assert error.__cause__.__traceback__ is None, "the cell shows where we raised it"


def test_no_key_is_in_a_message_or_in_the_store(ask, store_file):
    error = failure_of(ask("status 401", extra_headers={"X-Token": "hunter2"}))
    ask("plain answer", api_key="other-key-0123").result()
    assert KEY not in str(error)
    assert "[key]" in str(error)
    stored = b"".join(path.read_bytes() for path in store_file.parent.glob("streams.db*"))
    assert b"Incorrect API key" in stored
    for secret in (KEY, "other-key-0123", "hunter2"):
        assert secret.encode() not in stored


def test_a_key_of_any_form_is_left_out_of_messages(ask):
    def answer(handler):
        handler.send_response(401)
        handler.send_header("Content-Type", "application/json")
        handler.end_headers()
        send(handler, '{"error": {"message": "who is my-own-secret?"}}')

    with serving(answer) as url:
        error = failure_of(ask("hi", base_url=url, api_key="my-own-secret"))
    assert "who is [key]?" in str(error)


def test_of_a_long_refusal_the_beginning_is_told_and_the_advice(ask):
    def answer(handler):
        handler.send_response(400)
        handler.send_header("Content-Type", "application/json")
        handler.end_headers()
        send(handler, '{"error": {"message": "%s"}}' % ("a page of HTML " * 10_000))

    with serving(answer) as url:
        error = str(failure_of(ask("hi", base_url=url)))
    assert "refused with 400: a page of HTML" in error
    assert error.endswith("…. Check the prompt and the options.")
    assert len(error) < 1500


def test_a_broken_connection_keeps_what_was_said(ask, aimock):
    answer = ask("break off")
    error = failure_of(answer)
    assert "connection" in str(error)
    assert "run the cell again" in str(error)
    assert error.text
    assert aimock.response("break off")["content"].startswith(error.text)
    stored = get(answer.id)
    assert (stored.status, stored.text) == ("error", error.text)


def test_an_error_within_the_answer_keeps_what_was_said(ask):
    def answer(handler):
        begin(handler)
        send(handler, event(content="Half"), 'data: {"error": {"message": "overloaded"}}\n\n')

    with serving(answer) as url:
        error = failure_of(ask("hi", base_url=url))
    assert error.text == "Half"
    assert "broke off: overloaded" in str(error)


def test_a_server_that_is_not_there_is_a_clear_error(ask):
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    error = failure_of(ask("hi", base_url=f"http://me:hunter2@127.0.0.1:{port}/v1"))
    assert f"connection to http://127.0.0.1:{port}/v1 failed" in str(error)
    assert "Check the address" in str(error)
    assert "hunter2" not in str(error)


def test_a_stop_closes_the_connection(ask):
    closed = Flag()

    def answer(handler):
        begin(handler)
        send(handler, event(content="Said "))
        if hung_up(handler):
            closed.set()

    with serving(answer) as url:
        stream = ask("hi", base_url=url)
        until(lambda: stream.text)
        stream.cancel()
        closed.wait_here()
    assert (stream.status, stream.text) == ("cancelled", "Said ")
