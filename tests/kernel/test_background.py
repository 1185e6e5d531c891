"""A kernel may die, the answer need not: background mode, against a provider in its own process."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import closing

import pytest

from nb_persistent_stream import get, stream
from nb_persistent_stream.errors import InvalidInput, StreamCancelled, StreamFailed
from nb_persistent_stream.kernel.runtime import runtime
from nb_persistent_stream.protocol import Status
from nb_persistent_stream.sources import background as adapter

from ..store.acts import body
from ..waiting import until
from .background import running, said
from .notebook import Notebook

DRIVER = """
import sys
from nb_persistent_stream import {call}
s = {ask}
print(s.id, flush=True)
print(repr(s.result(60)), s.info.epoch, flush=True)
"""


@pytest.fixture(scope="module")
def provider_process():
    with running() as provider:
        yield provider


@pytest.fixture
def provider(provider_process):
    before = provider_process.generations
    provider_process.control(pace=0.002, most=10**9, fails=False, cuts=[], refuses=None, whole=True)
    return Since(provider_process, before)


class Since:
    """A provider as of now: it counts from here on."""

    def __init__(self, provider, before):
        self._provider, self._before = provider, before
        self._asked = len(provider.control()["asked"])
        self.url, self.control = provider.url, provider.control

    @property
    def generations(self):
        return self._provider.generations - self._before

    def asked(self, end=""):
        asked = self.control()["asked"][self._asked :]
        return [body for path, body in asked if path.endswith(end)]

    def said(self):
        return self.control()["said"][-1]


@pytest.fixture
def elsewhere_started(provider):
    """Kernels of their own that ask for an answer, or for what the code says."""
    started = []

    def start(ask=None):
        ask = ask or f"stream('p', model='m', base_url={provider.url!r}, background=True)"
        code = DRIVER.format(call=ask.partition("(")[0], ask=ask)
        started.append(
            subprocess.Popen(
                [sys.executable, "-c", code],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def lost(elsewhere_started, provider, there):
    """The id of a stream whose driver was killed when so many bytes were stored, of about 2,000."""

    def lose(length, after=10**9, **more):
        provider.control(**{"most": 120, **more})  # it has not ended by then
        driver = elsewhere_started()
        stream_id = driver.stdout.readline().strip()
        until(lambda: get(stream_id).info.length >= length and get(stream_id).response_id)
        driver.kill()
        driver.wait()
        provider.control(most=after)
        assert there(lambda store: expired(store, stream_id))
        return stream_id

    return lose


async def expired(store, stream_id):
    """End a stream as its lease would."""
    return await store.expire(await store.info(stream_id), "The kernel went away.")


def ask(provider, **more):
    return stream("p", model="m", base_url=provider.url, background=True, **more)


def value(notebook, code, expression):
    """Run a cell; gives what an expression is then."""
    return eval(notebook.printed(notebook.run(f"{code}\nprint(repr({expression}))")))


def is_whole(s, there):
    """Whether a stream has all that was said, once, and is done."""
    deltas = there(lambda store: body(store, s.id))
    ends = [0, *(delta.end for delta in deltas)]
    assert [delta.offset for delta in deltas] == ends[:-1]
    for kind in ("reasoning", "text", "tool_call"):
        assert "".join(delta.text for delta in deltas if delta.kind == kind) == said(kind), kind
    assert (s.text, s.reasoning) == (said("text"), said("reasoning"))
    assert [call.parsed for call in s.tool_calls] == [{"for": "wal", "n": 3}, {}]
    assert (s.status, s.usage, s.finish_reason) == ("done", {"output_tokens": 9}, "completed")
    return True


class TestAsked:
    def test_it_is_stored_and_streamed_at_the_provider(self, provider, there):
        s = ask(provider, store=True, max_output_tokens=9)
        assert s.result(20) == said("text")
        (asked,) = provider.asked("/responses")
        assert {asked[name] for name in ("background", "stream", "store")} == {True}
        assert is_whole(s, there)
        assert s.info.provenance.options["api"] == "responses"

    def test_what_can_not_be_is_said(self, provider):
        with pytest.raises(InvalidInput, match=r"needs store=True"):
            ask(provider, store=False)
        for more in ({"model": "demo"}, {"model": "claude-x"}, {"model": "m", "api": "chat"}):
            with pytest.raises(InvalidInput, match=r"is for models of OpenAI Responses"):
                stream("p", background=True, **more)
        assert provider.generations == 0

    def test_the_answers_id_is_stored_before_its_first_word(self, provider, there):
        provider.control(most=2)
        s = ask(provider)
        until(lambda: there(lambda store: store.info(s.id)).report.response_id)
        assert (s.info.length, s.status) == (0, "streaming")
        provider.control(most=10**9)
        assert s.result(20)


@pytest.mark.slow
class TestKilled:
    """The driver is killed with -9, and another goes on."""

    @pytest.mark.parametrize("least", [0, 1, 100, 800, 1200])
    def test_the_text_is_whole_and_was_asked_for_once(self, lost, least, provider, there):
        provider.control(pace=0.004)
        length = random.randint(least, least + least // 2)
        stream_id = lost(length)
        broken = get(stream_id)
        assert (broken.status, said("text").startswith(broken.text)) == ("timeout", True)
        s = broken.resume()
        assert (s.id, s.result(30)) == (stream_id, said("text"))
        assert is_whole(s, there)
        assert is_whole(get(stream_id), there)
        assert (provider.generations, s.info.epoch) == (1, 2)
        (again,) = provider.asked(s.response_id)
        assert again["stream"] == "true"
        assert length < 100 or int(again["starting_after"]) > 0

    def test_it_is_taken_up_when_it_is_over_at_the_provider(self, lost, provider, there):
        stream_id = lost(500)
        until(lambda: provider.said() > 100)
        began = get(stream_id).info
        s = get(stream_id).resume()
        assert s.result(20)
        assert is_whole(s, there)
        times = [(i.started_at, i.first_delta_at) for i in (began, s.info, get(stream_id).info)]
        assert len(set(times)) == 1

    def test_it_is_taken_up_twice(self, lost, elsewhere_started, provider, there):
        stream_id = lost(300, most=60, after=100)
        second = elsewhere_started(f"get({stream_id!r}).resume(api_key='sk-dummy-1')")
        second.stdout.readline()
        until(lambda: get(stream_id).info.length > 1100)
        second.kill()
        second.wait()
        provider.control(most=10**9)
        assert there(lambda store: expired(store, stream_id))
        s = get(stream_id).resume()
        assert s.result(20)
        assert is_whole(s, there)
        assert (provider.generations, s.info.epoch) == (1, 3)

    def test_the_same_asked_again_takes_it_up(self, lost, provider, there):
        stream_id = lost(500)
        s = ask(provider, reuse=True)
        assert (s.id, s.reused) == (stream_id, True)
        assert s.result(20)
        assert is_whole(s, there)
        assert provider.generations == 1

    def test_the_cell_of_a_kernel_that_was_killed_takes_it_up(
        self, provider, tmp_path, path, there
    ):
        """The kernel knows that it was started anew, so it waits for no lease."""
        env = {"NB_STREAM_STORE": str(path), "JPY_SESSION_NAME": "a.ipynb"}
        code = (
            "from nb_persistent_stream import stream\n"
            f"s = stream('p', model='m', base_url={provider.url!r}, background=True, reuse='cell')"
        )
        provider.control(most=60)
        with closing(Notebook(tmp_path, **env)) as notebook:
            stream_id = value(notebook, code, "s.id")
            until(lambda: get(stream_id).info.length > 300)
            os.kill(value(notebook, "import os", "os.getpid()"), signal.SIGKILL)
        provider.control(most=10**9)
        with closing(Notebook(tmp_path, **env)) as notebook:
            again = value(notebook, code, "(s.id, s.reused, s.result(30))")
        assert again == (stream_id, True, said("text"))
        assert is_whole(get(stream_id), there)
        assert provider.generations == 1

    def test_a_lease_that_ran_out_is_enough(self, elsewhere_started, provider, there, monkeypatch):
        monkeypatch.setenv("NB_STREAM_LEASE", "1.5")
        provider.control(most=60)
        driver = elsewhere_started()
        s = get(driver.stdout.readline().strip())
        until(lambda: s.info.length)
        with pytest.raises(InvalidInput, match=r"still streams.*1\.5 s; then resume\(\) takes it"):
            s.resume()
        driver.kill()
        with pytest.raises(StreamFailed, match="kernel went away"):
            s.result(30)
        provider.control(most=10**9)
        assert s.resume().result(20) == said("text")


@pytest.mark.slow
class TestRaces:
    def test_of_two_who_take_it_up_one_drives_and_one_follows(
        self, lost, elsewhere_started, provider, there
    ):
        stream_id = lost(300, after=120)  # it does not end before both are there
        both = [elsewhere_started(f"get({stream_id!r}).resume()") for _ in range(2)]
        for process in both:
            assert process.stdout.readline().strip() == stream_id, process.stderr.read()
        provider.control(most=10**9)
        for process in both:
            assert process.communicate(timeout=30)[0] == f"{said('text')!r} 2\n"
        assert is_whole(get(stream_id), there)
        assert (provider.generations, len(provider.asked(get(stream_id).response_id))) == (1, 1)

    def test_a_driver_that_slept_is_fenced(self, elsewhere_started, provider, there):
        provider.control(most=60)
        sleeper = elsewhere_started()
        stream_id = sleeper.stdout.readline().strip()
        until(lambda: get(stream_id).info.length > 300)
        sleeper.send_signal(signal.SIGSTOP)
        assert there(lambda store: expired(store, stream_id))
        s = get(stream_id).resume()
        provider.control(most=80)
        until(lambda: s.info.length > 1000)
        sleeper.send_signal(signal.SIGCONT)
        provider.control(most=10**9)
        assert s.result(20)
        assert is_whole(s, there)
        assert "may no longer write" in sleeper.communicate(timeout=30)[1]
        assert not provider.asked("/cancel")


class TestCut:
    """The driver lives, and its connection does not."""

    def test_it_goes_on_from_where_it_was(self, provider, there):
        provider.control(cuts=[3, 40, 1, 0, 30])
        s = ask(provider)
        assert s.result(30) == said("text")
        assert is_whole(s, there)
        after = [int(again["starting_after"]) for again in provider.asked(s.response_id)]
        assert after == [2, 42, 43, 43, 73]

    def test_a_provider_that_stays_away_is_an_error_that_can_be_taken_up(
        self, provider, there, monkeypatch
    ):
        monkeypatch.setattr(adapter, "_PATIENCE", 0.3)
        provider.control(cuts=[60], refuses=503)
        s = ask(provider, max_retries=0)
        with pytest.raises(StreamFailed, match=r"503.*goes on with the answer: resume\(\)") as at:
            s.result(20)
        assert said("text").startswith(at.value.text)
        assert (s.info.error["type"], len(at.value.text) > 100) == ("SourceUnreachable", True)
        provider.control(refuses=None)
        again = ask(provider, max_retries=0, reuse=True)
        assert (again.id, again.result(20)) == (s.id, said("text"))
        assert is_whole(get(s.id), there)
        assert provider.generations == 1


@pytest.mark.slow
class TestExpired:
    """The provider sends no more events of an answer, and gives it as a whole when it is over."""

    @pytest.fixture(autouse=True)
    def _quick(self, monkeypatch):
        monkeypatch.setattr(adapter, "_LOOK", 0.02)

    @pytest.mark.parametrize("length", [1, 30, 500, 1200])
    def test_it_is_taken_up_as_a_whole(self, lost, length, provider, there):
        stream_id = lost(length, refuses=400)
        s = get(stream_id).resume()
        assert s.result(30) == said("text")
        assert is_whole(s, there)
        assert provider.generations == 1

    def test_it_is_waited_for_however_long_it_says_nothing(self, lost, provider, monkeypatch):
        stream_id = lost(500, after=130, refuses=400)
        monkeypatch.setenv("NB_STREAM_FIRST_TIMEOUT", "5")
        monkeypatch.setenv("NB_STREAM_IDLE_TIMEOUT", "5")
        end = time.monotonic() + 6
        s = get(stream_id).resume()
        looks = lambda: sum("stream" not in asked for asked in provider.asked(s.response_id))  # noqa: E731
        until(lambda: looks() > 50 and time.monotonic() > end)
        assert s.status == "streaming"
        provider.control(most=10**9)
        assert s.result(30) == said("text")

    def test_a_driver_that_was_cut_off_goes_on(self, provider, there):
        provider.control(cuts=[60], refuses=400)
        s = ask(provider)
        assert s.result(30) == said("text")
        assert is_whole(s, there)
        assert provider.generations == 1

    def test_one_that_failed_meanwhile_keeps_its_text(self, lost, provider):
        stream_id = lost(20, most=8, fails=True, refuses=400)
        with pytest.raises(StreamFailed, match=r"failed.*kept; retry\(\)"):
            get(stream_id).resume().result(20)
        assert get(stream_id).reasoning == said("reasoning")


@pytest.mark.slow
class TestOver:
    def test_an_answer_that_failed_meanwhile_keeps_its_text(self, lost, provider):
        stream_id = lost(20, most=8, fails=True)
        with pytest.raises(StreamFailed, match=r"The model fell over.*kept; retry\(\)") as at:
            get(stream_id).resume().result(20)
        assert (at.value.text, get(stream_id).reasoning) == ("", said("reasoning"))
        assert get(stream_id).status == "error"

    @pytest.mark.parametrize(
        ("status", "why"),
        [
            (404, r"not have the answer resp_\d+ any more"),
            (400, r"sends no more of the answer resp"),
        ],
    )
    def test_an_answer_that_is_not_sent_any_more_keeps_its_text(self, lost, provider, status, why):
        stream_id = lost(500)
        text = get(stream_id).text
        provider.control(refuses=status, whole=False)
        with pytest.raises(StreamFailed, match=rf"{why}.*kept; retry\(\)") as at:
            get(stream_id).resume().result(20)
        assert (at.value.text, bool(text)) == (text, True)
        provider.control(refuses=None)
        assert ask(provider, reuse=True).id != stream_id  # that one is over

    def test_what_was_stopped_can_not_be_taken_up(self, provider):
        provider.control(most=40)
        s = ask(provider)
        until(lambda: s.text)
        s.cancel()
        with pytest.raises(StreamCancelled):
            s.result(20)
        (cancelled,) = provider.asked(f"{s.response_id}/cancel")
        assert cancelled in ({}, None)
        with pytest.raises(InvalidInput, match=r"was stopped, at its provider too.*retry\(\)"):
            get(s.id).resume()

    def test_a_stop_from_elsewhere_stops_the_provider(self, provider, there):
        provider.control(most=40)
        s = ask(provider)
        until(lambda: s.text)
        there(lambda store: store.request_cancel(s.id))
        until(lambda: s.info.status is Status.CANCELLED)
        assert len(provider.asked("/cancel")) == 1

    @pytest.mark.parametrize("end", ["delete", "max_bytes"])
    def test_what_nobody_wants_is_stopped_at_the_provider(self, end, provider, there):
        provider.control(most=60)
        s = ask(provider, **({"max_bytes": 200} if end == "max_bytes" else {}))
        if end == "delete":
            until(lambda: s.text)
            there(lambda store: store.delete(s.id))
        with pytest.raises(StreamFailed, match=r"deleted|more than 200 bytes"):
            s.result(20)
        assert len(provider.asked("/cancel")) == 1

    def test_a_kernel_that_is_shut_down_leaves_it_to_be_taken_up(self, provider, there):
        provider.control(most=40)
        s = ask(provider)
        until(lambda: s.text)
        driver = runtime().drivers[s.id]
        runtime().call(driver.vanish("The kernel was shut down."))
        assert (s.status, provider.asked("/cancel")) == ("timeout", [])
        provider.control(most=10**9)
        again = get(s.id).resume()
        assert again.result(20)
        assert is_whole(again, there)
