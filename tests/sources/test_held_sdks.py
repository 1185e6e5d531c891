"""Streams of the SDKs of OpenAI and Anthropic, as people hold them in their hands."""

import anthropic
import openai
import pytest

from nb_persistent_stream.errors import InvalidInput
from nb_persistent_stream.toolcalls import ToolCall

KEY = {"api_key": "sk-dummy", "max_retries": 0}
HI = [{"role": "user", "content": "plain answer"}]
ASKED = {"model": "claude-test", "max_tokens": 100}
TOOLS = [{"role": "user", "content": "call two tools"}]
CALLS = [
    ToolCall("call_weather", "get_weather", '{"city":"Zürich","days":[1,2]}'),
    ToolCall("call_time", "get_time", "{}"),
]


class TestOpenAI:
    @pytest.fixture
    def client(self, aimock):
        with openai.OpenAI(base_url=f"{aimock.url}/v1", **KEY) as client:
            yield client

    @pytest.fixture
    async def aclient(self, aimock):
        async with openai.AsyncOpenAI(base_url=f"{aimock.url}/v1", **KEY) as client:
            yield client

    def test_chat(self, client, hold, expected):
        s = hold(client.chat.completions.create(model="m", messages=HI, stream=True))
        assert s.result(60) == expected
        assert s.finish_reason == "stop"

    def test_a_whole_answer_is_refused_with_what_to_ask_for(self, client, hold):
        for whole in (
            client.chat.completions.create(model="m", messages=HI),
            client.responses.create(model="m", input=HI),
        ):
            with pytest.raises(InvalidInput, match=f"{type(whole).__name__}.*stream=True"):
                hold(whole)

    async def test_async_chat(self, aclient, hold, expected):
        s = hold(await aclient.chat.completions.create(model="m", messages=HI, stream=True))
        assert await s == expected

    def test_responses(self, client, hold, expected):
        s = hold(client.responses.create(model="m", input=HI, stream=True))
        assert s.result(60) == expected
        assert (s.finish_reason, s.usage["output_tokens"]) == ("completed", 22)

    async def test_async_responses(self, aclient, hold):
        s = hold(await aclient.responses.create(model="m", input=TOOLS, stream=True))
        assert await s == "Let me see."
        assert s.tool_calls == CALLS

    def test_the_managers_of_both(self, client, hold, expected):
        chat = hold(client.chat.completions.stream(model="m", messages=TOOLS))
        assert chat.result(60) == "Let me see."
        assert chat.tool_calls == CALLS
        assert hold(client.responses.stream(model="m", input=HI)).result(60) == expected

    async def test_the_async_managers_of_both(self, aclient, hold, expected):
        assert await hold(aclient.chat.completions.stream(model="m", messages=HI)) == expected
        assert await hold(aclient.responses.stream(model="m", input=HI)) == expected


class TestAnthropic:
    @pytest.fixture
    def client(self, aimock):
        with anthropic.Anthropic(base_url=aimock.url, **KEY) as client:
            yield client

    @pytest.fixture
    async def aclient(self, aimock):
        async with anthropic.AsyncAnthropic(base_url=aimock.url, **KEY) as client:
            yield client

    def test_a_stream(self, client, hold, expected):
        s = hold(client.messages.create(messages=HI, stream=True, **ASKED))
        assert s.result(60) == expected
        assert (s.finish_reason, s.usage["output_tokens"]) == ("end_turn", 22)

    async def test_an_async_stream(self, aclient, hold):
        s = hold(await aclient.messages.create(messages=TOOLS, stream=True, **ASKED))
        assert await s == "Let me see."
        assert s.tool_calls == CALLS

    def test_its_manager(self, client, hold, expected):
        s = hold(client.messages.stream(messages=HI, **ASKED))
        assert s.result(60) == expected
        think = [{"role": "user", "content": "think first"}]
        s = hold(client.messages.stream(messages=think, **ASKED))
        assert s.result(60) == "Forty-two."
        assert s.reasoning == "Six times seven is what?"

    def test_an_open_manager(self, client, hold, expected):
        with client.messages.stream(messages=HI, **ASKED) as opened:
            assert hold(opened).result(60) == expected

    async def test_its_async_manager(self, aclient, hold, expected):
        assert await hold(aclient.messages.stream(messages=HI, **ASKED)) == expected
        async with aclient.messages.stream(messages=HI, **ASKED) as opened:
            assert await hold(opened) == expected
