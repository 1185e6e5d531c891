"""`reply()`, `retry()`, and what `resume()` says."""

import pytest
from pydantic import BaseModel

from nb_persistent_stream import create, get, stream
from nb_persistent_stream.errors import InvalidInput, ModelNotChosen, StreamFailed
from nb_persistent_stream.protocol import Link, Provenance, Report, Status
from nb_persistent_stream.store import NewStream

from ..store.acts import begin, say
from ..waiting import until


class Count(BaseModel):
    count: int


@pytest.fixture
def stored_as(there):
    """The handle of a stream that another kernel asked; give what is stored of the question."""

    def store(**asked):
        async def write(store):
            lease = await store.create(NewStream("one", "d", provenance=Provenance("p", **asked)))
            await store.start(lease)
            await say(store, lease, "Yes.")
            await store.finish(lease, Status.DONE, Report())

        there(write)
        return get("one")

    return store


@pytest.fixture
def first(provider):
    return stream(
        "And in SQLite?", model="m", system="Be brief.", base_url=provider.url,
        temperature=0.5, api_key="sk-dummy-1", title="T", tags=["x"],
    )  # fmt: skip


class TestReply:
    def test_it_sends_the_messages_so_far(self, first, provider):
        reply = first.reply("and in Postgres?")
        assert reply.result(20) == "It is 2. "
        assert provider.asked[1]["messages"] == [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "And in SQLite?"},
            {"role": "assistant", "content": "It is 1. "},
            {"role": "user", "content": "and in Postgres?"},
        ]
        assert (provider.asked[1]["model"], provider.asked[1]["temperature"]) == ("m", 0.5)
        assert reply.info.link == get(reply.id).info.link == Link(first.id, "reply")

    def test_a_reply_is_replied_to(self, first, provider):
        first.reply("two").reply("three").result(20)
        said = [message["content"] for message in provider.asked[2]["messages"]]
        assert said == ["Be brief.", "And in SQLite?", "It is 1. ", "two", "It is 2. ", "three"]

    def test_it_may_be_messages_and_asked_otherwise(self, first, provider):
        messages = [{"role": "user", "content": [{"type": "text", "text": "look"}]}]
        first.reply(messages, model="n", system=None, temperature=None, seed=1).result(20)
        asked = provider.asked[1]
        assert (asked["model"], asked["seed"], "temperature" in asked) == ("n", 1, False)
        assert [m["role"] for m in asked["messages"]] == ["user", "assistant", "user"]
        assert asked["messages"][-1] == messages[0]

    def test_it_is_not_paid_twice_either(self, first, provider):
        one = first.reply("more", reuse=True)
        one.result(20)
        two = first.reply("more", reuse=True)
        assert (two.id, two.reused, len(provider.asked)) == (one.id, True, 2)

    def test_a_stream_that_was_stopped_is_replied_to(self, first, provider):
        provider.go.clear()
        until(lambda: first.text)
        first.cancel()
        provider.go.set()
        first.reply("shorter").result(20)
        assert provider.asked[1]["messages"][2] == {"role": "assistant", "content": "It "}

    def test_silence_can_not_be_replied_to(self, provider):
        provider.says = None
        silent = stream("p", model="m", base_url=provider.url, max_retries=0)
        with pytest.raises(InvalidInput, match=r"ended \(error\).*said nothing.*retry\(\)"):
            silent.reply("x")

    def test_an_empty_reply_is_refused(self, first):
        with pytest.raises(InvalidInput, match="prompt is empty"):
            first.reply(" ")

    def test_what_had_no_prompt_can_not_be_replied_to(self):
        with create() as w:
            w.write("x")
        for handle in (w, stream(["x"])):
            for act in (lambda h=handle: h.reply("y"), handle.retry):
                with pytest.raises(InvalidInput, match=r"had no prompt.*Give stream\(\)"):
                    act()


class TestRetry:
    def test_it_asks_the_same_anew(self, first, provider, monkeypatch):
        monkeypatch.setenv("NB_STREAM_REUSE", "on")
        first.result(20)
        again = first.retry()
        assert again.result(20) == "It is 2. "
        assert provider.asked[0] == provider.asked[1]
        info = again.info
        assert (info.link, info.title, info.tags) == (Link(first.id, "retry"), "T", ("x",))

    def test_it_asks_another_model_or_otherwise(self, first, provider):
        first.result(20)
        first.retry(model="n", temperature=1).result(20)
        assert (provider.asked[-1]["model"], provider.asked[-1]["temperature"]) == ("n", 1)

    def test_it_asks_for_the_same_form(self, provider):
        provider.says = '{{"count": {count}}}'
        first = stream("p", model="m", base_url=provider.url, schema=Count)
        first.result(20)
        again = first.retry()
        again.result(20)
        assert provider.asked[0] == provider.asked[1]
        assert (first.parsed, again.parsed) == (Count(count=1), Count(count=2))
        later = get(again.id).retry()
        later.result(20)
        assert later.parsed == {"count": 3}
        plain = again.retry(schema=None)
        assert plain.result(20)
        assert (plain.parsed, "response_format" in provider.asked[-1]) == (None, False)

    def test_it_is_asked_through_the_same_api(self, stored_as, provider):
        one = stored_as(model="m", options={"base_url": provider.url, "api": "responses"})
        for again in (one.retry(), one.reply("more"), one.retry(model="n")):
            asked = again.info.provenance
            assert (asked.options["api"], asked.options["base_url"]) == ("responses", provider.url)
        assert one.retry(api="chat").result(20)

    @pytest.mark.parametrize("api", [{}, {"api": "chat"}, {"api": "responses"}])
    @pytest.mark.parametrize(
        ("model", "provider_then"), [("claude-test", "anthropic"), ("groq/test", "groq")]
    )
    def test_another_providers_model_is_asked_in_its_way(
        self, stored_as, monkeypatch, api, model, provider_then
    ):
        for name in ("OPENAI", "ANTHROPIC", "GROQ"):
            monkeypatch.setenv(f"{name}_API_KEY", "sk-dummy-1")
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")  # nobody is really asked
        one = stored_as(model="gpt-test", options=api)
        again = one.retry(model=model)
        again.cancel()
        assert (again.info.provenance.provider, again.info.provenance.model) == (
            provider_then,
            model,
        )
        named = one.retry(model=model, api="responses")
        named.cancel()
        assert named.info.provenance.provider == "openai"

    def test_a_server_of_the_environment_is_asked_in_the_same_way(self, provider, monkeypatch):
        monkeypatch.setenv("ANTHROPIC_BASE_URL", provider.url)
        first = stream("p", model="claude-test")
        first.cancel()
        monkeypatch.delenv("ANTHROPIC_BASE_URL")
        again = get(first.id).retry()
        again.cancel()
        asked = again.info.provenance
        assert (asked.provider, asked.options["base_url"]) == ("anthropic", provider.url)

    def test_its_limits_are_those_that_it_is_given(self, first, provider):
        first.result(20)
        with pytest.raises(StreamFailed, match="more than 4 bytes"):
            first.retry(max_bytes=4).result(20)
        provider.go.clear()
        with pytest.raises(StreamFailed, match=r"fell silent for 0\.2 s"):
            first.retry(idle_timeout=0.2).result(20)

    def test_it_goes_on_while_the_first_still_streams(self, first, provider):
        provider.go.clear()
        until(lambda: first.text)
        again = first.retry()
        provider.go.set()
        assert again.result(20)
        assert first.result(20) == "It is 1. "

    def test_what_failed_is_asked_again(self, provider):
        provider.says = None
        failed = stream("p", model="m", base_url=provider.url, max_retries=0)
        with pytest.raises(StreamFailed):
            failed.result(20)
        provider.says = "Yes."
        assert failed.retry().result(20) == "Yes. "


class TestStored:
    """Streams of another kernel: what is secret comes from the environment."""

    @pytest.fixture
    async def stored(self, elsewhere, provider):
        options = {"base_url": provider.url, "seed": 7}
        asked = Provenance("p", "s", model="m", provider="openai", options=options)
        lease = await elsewhere.create(NewStream("one", "d", provenance=asked))
        await elsewhere.start(lease)
        await say(elsewhere, lease, "Yes.")
        await elsewhere.finish(lease, Status.DONE, Report(model="m-2026"))
        return get("one")

    async def test_they_are_replied_to_and_retried(self, stored, provider):
        assert await stored.reply("more")
        assert await stored.retry()
        reply, retry = provider.asked
        assert [message["content"] for message in reply["messages"]] == ["s", "p", "Yes.", "more"]
        assert (retry["model"], retry["seed"]) == ("m", 7)

    async def test_a_missing_key_is_said(self, elsewhere):
        asked = Provenance("p", model="gpt-test", provider="openai")
        lease = await elsewhere.create(NewStream("one", "d", provenance=asked))
        await elsewhere.start(lease)
        with pytest.raises(ModelNotChosen, match="OPENAI_API_KEY"):
            get("one").retry()


class TestResume:
    async def test_a_live_one_still_streams(self, elsewhere):
        await begin(elsewhere, provenance=Provenance("p"))
        with pytest.raises(InvalidInput, match=r"still streams.*watch\(\).*retry\(\)"):
            get("one").resume()

    def test_a_whole_one_is_whole(self, first):
        first.result(20)
        with pytest.raises(InvalidInput, match=r"is whole.*retry\(\)"):
            first.resume()

    @pytest.mark.parametrize(
        ("provenance", "words"),
        [
            (Provenance("p", provider="openai"), r"openai does not go on.*retry\(\)"),
            (Provenance(), r"its source does not go on.*run its cell again"),
        ],
    )
    async def test_a_broken_one_can_not_be_taken_up(self, elsewhere, provenance, words):
        lease = await begin(elsewhere, provenance=provenance)
        await elsewhere.finish(lease, Status.TIMEOUT, Report(), {"type": "t", "message": "gone"})
        with pytest.raises(InvalidInput, match=words):
            get("one").resume()
