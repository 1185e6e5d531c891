"""A server's file is deleted or replaced while a kernel far from it writes there."""

import urllib.error

import pytest

from nb_persistent_stream import stream

from ..server.process import TOKEN
from ..waiting import until
from .test_file import delete, is_sound, put_another_in_its_place

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("accident", [delete, put_another_in_its_place]),
]


@pytest.fixture
def server(empty_server, monkeypatch):
    monkeypatch.setenv("NB_STREAM_STORE", empty_server.url)
    monkeypatch.setenv("NB_STREAM_TOKEN", TOKEN)
    return empty_server


def text(server, stream_id):
    """What the server has of a stream; None when it has no such stream."""
    try:
        return server.text(stream_id)
    except urllib.error.HTTPError as error:
        if error.code not in (404, 503):
            raise
        return None


def test_what_is_being_written_is_whole_in_the_new_file(accident, server, script):
    s = stream(script.say("one ", "ünd "), tags=("kept",))
    until(lambda: text(server, s.id) == "one ünd ")
    accident(server.store)
    script.say("two").end()
    assert s.result(60) == "one ünd two"
    assert text(server, s.id) == "one ünd two"
    told = server.stream(s.id)
    assert (told["status"], told["tags"], told["epoch"]) == ("done", ["kept"], 1)
    assert is_sound(server.store)


def test_a_silent_source_is_put_there_too_and_obeys(accident, server, script):
    s = stream(script.say("said "))
    until(lambda: text(server, s.id) == "said ")
    accident(server.store)
    until(lambda: text(server, s.id) == "said ")
    assert s.status == "streaming"
    server.request(f"nb-persistent-stream/v1/streams/{s.id}/cancel", "POST", {})
    until(lambda: s.status == "cancelled")
    assert server.stream(s.id)["status"] == "cancelled"
