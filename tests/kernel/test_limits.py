"""How much a source may say, and how long it may be silent."""

import asyncio

import pytest

from nb_persistent_stream import StreamFailed, get, stream
from nb_persistent_stream.config import Config, load
from nb_persistent_stream.errors import InvalidInput
from nb_persistent_stream.kernel.limits import Limits, limits


def failure_of(answer):
    with pytest.raises(StreamFailed) as caught:
        answer.result(30)
    assert (answer.status, get(answer.id).status) == ("error", "error")
    assert get(answer.id).text == answer.text == caught.value.text
    return caught.value


def forever():
    while True:
        yield "more "


class TestBytes:
    def test_a_source_without_an_end_is_ended_and_kept(self):
        error = failure_of(stream(forever(), max_bytes=10_000))
        assert error.text == "more " * 2000
        assert "said more than 10,000 bytes" in str(error)
        assert "max_bytes=" in str(error)

    def test_no_character_is_cut(self):
        assert failure_of(stream(["世界🎉"], max_bytes=8)).text == "世界"

    def test_all_kinds_count(self):
        reply = {"choices": [{"delta": {"reasoning": "hm" * 50, "content": "never"}}]}
        s = stream([reply], max_bytes=100)
        assert failure_of(s).text == ""
        assert s.reasoning == "hm" * 50

    def test_what_just_fits_is_whole(self):
        assert stream(["12345", "67890"], max_bytes=10).result(30) == "1234567890"

    def test_the_settings_name_a_limit_for_all(self, monkeypatch):
        monkeypatch.setenv("NB_STREAM_MAX_BYTES", "9")
        assert failure_of(stream(forever())).text == "more more"[:9]


class TestSilence:
    def test_a_source_that_does_not_begin_is_ended(self):
        async def silent():
            await asyncio.sleep(3600)
            yield "never"

        error = failure_of(stream(silent(), first_timeout=0.05))
        assert "did not begin to answer for 0.05 s" in str(error)
        assert "first_timeout=" in str(error)

    def test_a_source_that_falls_silent_is_ended_and_kept(self, script):
        error = failure_of(stream(script.say("one ", "two"), idle_timeout=0.3))
        assert error.text == "one two"
        assert "fell silent for 0.3 s" in str(error)

    def test_the_source_is_closed(self):
        closed = []

        async def silent():
            try:
                yield "one"
                await asyncio.sleep(3600)
            finally:
                closed.append(True)

        failure_of(stream(silent, idle_timeout=0.05))
        assert closed == [True]

    def test_who_speaks_in_time_is_not_ended(self, script):
        s = stream(script, first_timeout=60, idle_timeout=60)
        script.say("one").end()
        assert s.result(30) == "one"

    def test_models_have_limits_by_themselves_and_iterables_have_none(self):
        config = Config(store="unused", first_timeout=7, idle_timeout=5, max_bytes=3)
        none = {"max_bytes": None, "first_timeout": None, "idle_timeout": None}
        assert limits(config, is_model=True, **none) == Limits(3, 7, 5)
        assert limits(config, is_model=False, **none) == Limits(3, None, None)
        asked = {"max_bytes": 1, "first_timeout": 2, "idle_timeout": 4}
        assert limits(config, is_model=True, **asked) == Limits(1, 2, 4)


@pytest.mark.parametrize("value", [0, -1, "5", True, float("nan")])
@pytest.mark.parametrize("name", ["max_bytes", "first_timeout", "idle_timeout"])
def test_what_is_no_limit_is_named(name, value):
    with pytest.raises(InvalidInput, match=rf"{name} is {value!r}. Give it a number above 0"):
        stream(["x"], **{name: value})


@pytest.mark.parametrize("value", ["0", "-1", "many", "1.5"])
def test_a_setting_that_is_no_limit_is_named(value):
    with pytest.raises(InvalidInput, match=r"NB_STREAM_MAX_BYTES is .*number of bytes"):
        load({"NB_STREAM_MAX_BYTES": value})
