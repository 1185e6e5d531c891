"""A model's answer over the real wire format, through the public `stream()`."""

import sqlite3

from nb_persistent_stream import get

from ..waiting import until


def test_a_plain_answer_is_kept_byte_for_byte(ask, aimock):
    answer = ask("plain answer")
    expected = aimock.response("plain answer")["content"]
    assert answer.result().encode() == expected.encode()
    assert get(answer.id).text.encode() == expected.encode()


def test_what_the_provider_reports_is_stored(ask, aimock):
    answer = ask("plain answer")
    answer.result()
    said, report = aimock.response("plain answer"), get(answer.id).info.report
    assert (report.model, report.response_id) == (said["model"], said["id"])
    assert (report.finish_reason, report.usage) == ("stop", said["usage"])


def test_where_the_answer_comes_from_is_stored(ask, aimock):
    answer = ask("plain answer", temperature=0.5, system="be brief")
    answer.result()
    source = get(answer.id).info.provenance
    assert (source.prompt, source.system) == ("plain answer", "be brief")
    assert (source.provider, source.model) == ("openai", "gpt-test")
    assert source.options == {
        "temperature": 0.5,
        "max_retries": 0,
        "base_url": f"{aimock.url}/v1",
    }


def test_a_cut_answer_says_so(ask):
    answer = ask("too long")
    assert answer.result() == "It goes on"
    assert answer.info.report.finish_reason == "length"


def test_reasoning_is_kept_apart_from_the_text(ask, aimock):
    answer = ask("think first")
    assert answer.result() == aimock.response("think first")["content"]
    assert get(answer.id).reasoning == aimock.response("think first")["reasoning"]


def test_the_request_arrives_as_it_was_asked(ask, aimock):
    ask("plain answer", system="be brief", temperature=0.25, seed=7).result()
    body = aimock.request("plain answer")
    assert body["messages"] == [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": "plain answer"},
    ]
    assert (body["model"], body["stream"]) == ("gpt-test", True)
    assert (body["temperature"], body["seed"]) == (0.25, 7)
    assert body["stream_options"] == {"include_usage": True}
    assert "max_retries" not in body


def test_messages_arrive_as_they_are(ask, aimock):
    messages = [
        {"role": "user", "content": "one"},
        {"role": "assistant", "content": "two"},
        {"role": "user", "content": "plain answer"},
    ]
    ask(messages).result()
    assert aimock.request("plain answer")["messages"] == messages


def test_a_slow_answer_streams(ask, aimock, store_file):
    answer = ask("speak slowly")
    whole = aimock.response("speak slowly")["content"]
    until(lambda: answer.text)
    partial, status = get(answer.id).text, answer.status
    assert status == "streaming"
    assert whole.startswith(partial)
    assert len(partial) < len(whole)
    assert answer.result() == whole
    with sqlite3.connect(store_file) as db:
        times = db.execute("SELECT DISTINCT created_at FROM deltas").fetchall()
    db.close()
    assert len(times) > 3


def test_a_stop_keeps_what_was_said(ask, aimock):
    answer = ask("speak slowly")
    until(lambda: answer.text)
    answer.cancel()
    assert answer.status == "cancelled"
    stored = get(answer.id)
    assert stored.status == "cancelled"
    assert stored.text == answer.text
    assert 0 < len(stored.text) < len(aimock.response("speak slowly")["content"])
