"""What people hold in their hands of LangChain, pydantic-ai, llm, and HTTP responses."""

import asyncio
import json

import llm
import pytest
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, ToolMessage
from langchain_openai import ChatOpenAI
from langgraph.graph import START, MessagesState, StateGraph
from pydantic_ai import Agent
from pydantic_ai.models.function import DeltaThinkingPart, DeltaToolCall, FunctionModel
from pydantic_ai.models.test import TestModel

from nb_persistent_stream.protocol import Piece, Report
from nb_persistent_stream.toolcalls import ToolCall, calls_of

from .reading import read

KEY = {"api_key": "sk-dummy", "max_retries": 0}


def said(events, kind="text"):
    return "".join(e.text for e in events if isinstance(e, Piece) and e.kind == kind)


def reported(events):
    report = Report()
    for event in events:
        report = report.merge(event) if isinstance(event, Report) else report
    return report


class TestLangChain:
    @pytest.fixture
    def model(self):
        return GenericFakeChatModel(messages=iter([AIMessage("one two three")]))

    async def test_chunks(self, model):
        assert said(await read(model.stream("hi"))) == "one two three"

    async def test_async_chunks(self, model):
        assert said(await read(model.astream("hi"))) == "one two three"

    async def test_blocks_calls_and_counts(self):
        call = {"name": "f", "args": "", "id": "a", "index": 0, "type": "tool_call_chunk"}
        rest = {**call, "name": None, "id": None, "args": '{"x": 1}'}
        counts = {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}
        chunks = [
            AIMessageChunk("", additional_kwargs={"reasoning_content": "hm "}),
            AIMessageChunk([{"type": "thinking", "thinking": "yes"}]),
            AIMessageChunk([{"type": "text", "text": "so", "index": 0}, " it is"]),
            AIMessageChunk("", tool_call_chunks=[call]),
            AIMessageChunk("", tool_call_chunks=[rest]),
            AIMessageChunk(
                "",
                usage_metadata=counts,
                response_metadata={"finish_reason": "stop", "model_name": "m-1"},
            ),
        ]
        events = await read(iter(chunks))
        assert (said(events), said(events, "reasoning")) == ("so it is", "hm yes")
        pieces = [event for event in events if isinstance(event, Piece)]
        assert calls_of(pieces) == [ToolCall("a", "f", '{"x": 1}')]
        assert reported(events) == Report("m-1", None, "stop", counts)

    def test_a_real_model_again_and_again(self, aimock, hold, expected):
        async def ask():
            chat = ChatOpenAI(model="m", base_url=f"{aimock.url}/v1", **KEY)
            return [await hold(chat.astream("plain answer")) for _ in range(2)]

        assert asyncio.run(ask()) == [expected] * 2


class TestLangGraph:
    """The stream mode "messages": each message comes with the facts of its node."""

    @pytest.fixture
    def graph(self):
        model = GenericFakeChatModel(messages=iter([AIMessage("one two three")]))

        async def think(state):
            return {"messages": [await model.ainvoke(state["messages"])]}

        def look_up(state):
            return {"messages": [ToolMessage("a tool's words", tool_call_id="a")]}

        graph = StateGraph(MessagesState)
        graph.add_node("think", think)
        graph.add_node("look_up", look_up)
        graph.add_edge(START, "think")
        graph.add_edge("think", "look_up")
        return graph.compile()

    @pytest.mark.parametrize(
        "how",
        [
            {"stream_mode": "messages"},
            {"stream_mode": ["messages"]},
            {"stream_mode": "messages", "subgraphs": True},
            {"stream_mode": ["messages"], "subgraphs": True},
        ],
    )
    async def test_what_the_model_says(self, graph, how):
        question = {"messages": [{"role": "user", "content": "hi"}]}
        assert said(await read(graph.astream(question, **how))) == "one two three"


class TestPydanticAI:
    @pytest.fixture
    def agent(self):
        return Agent(TestModel(custom_output_text="one two three"))

    async def test_what_opens_a_run(self, agent, hold):
        s = hold(agent.run_stream("hi"))
        assert await s == "one two three"
        assert s.usage["output_tokens"] == 3

    async def test_an_open_run(self, agent, hold):
        async with agent.run_stream("hi") as result:
            assert await hold(result) == "one two three"

    @pytest.mark.parametrize("how", [{}, {"delta": True}])
    async def test_its_text(self, agent, hold, how):
        async with agent.run_stream("hi") as result:
            text = result.stream_text(debounce_by=None, **how)
            assert await hold(text) == "one two three"

    async def test_its_events(self, hold):
        async def answer(messages, info):
            if len(messages) > 1:
                yield "done"
                return
            yield {0: DeltaThinkingPart(content="hm ")}
            yield {0: DeltaThinkingPart(content="yes")}
            yield {1: DeltaToolCall(name="add", json_args='{"a": 1,', tool_call_id="c1")}
            yield {1: DeltaToolCall(json_args=' "b": 2}')}

        agent = Agent(FunctionModel(stream_function=answer))
        agent.tool_plain(add)
        s = hold(agent.run_stream_events("hi"))
        assert await s == "done"
        assert s.reasoning == "hm yes"
        assert [(call.name, call.parsed) for call in s.tool_calls] == [("add", {"a": 1, "b": 2})]
        assert s.usage["requests"] == 2


def add(a: int, b: int) -> int:
    """Add."""
    return a + b


class Words(llm.Model):
    model_id = "words"
    can_stream = True

    def execute(self, prompt, stream, response, conversation):
        yield "one "
        yield "two"
        response.set_usage(input=3, output=4)


class AsyncWords(llm.AsyncModel):
    model_id = "words"
    can_stream = True

    async def execute(self, prompt, stream, response, conversation):
        yield "one "
        yield "two"
        response.set_usage(input=3, output=4)


class TestLlm:
    def test_a_response(self, hold):
        s = hold(Words().prompt("hi"))
        assert s.result(60) == "one two"
        assert s.usage == {"input_tokens": 3, "output_tokens": 4}
        assert s.info.report.model == "words"

    async def test_an_async_response(self, hold):
        s = hold(AsyncWords().prompt("hi"))
        assert await s == "one two"
        assert s.usage == {"input_tokens": 3, "output_tokens": 4}

    async def test_its_events(self):
        event = llm.parts.StreamEvent
        events = await read(
            iter(
                [
                    event("reasoning", "hm", part_index=0),
                    event("tool_call_name", "f", part_index=1, tool_call_id="a"),
                    event("tool_call_args", '{"x": 1}', part_index=1, tool_call_id="a"),
                    event("tool_result", "7", tool_call_id="a"),
                    event("text", "so", part_index=2),
                ]
            )
        )
        assert (said(events), said(events, "reasoning")) == ("so", "hm")
        assert calls_of(events) == [ToolCall("a", "f", '{"x": 1}')]


class TestLines:
    """The lines of a response, as httpx and requests give them."""

    async def lines(self, events):
        def iter_lines():
            for event in events:
                yield f"event: {event.get('type', 'message')}"
                yield f"data: {json.dumps(event)}"
                yield ""

        return await read(iter_lines)

    async def test_responses(self):
        events = await self.lines(
            [
                {"type": "response.created", "response": {"id": "r1", "model": "m"}},
                {"type": "response.output_text.delta", "output_index": 0, "delta": "Hi"},
                {"type": "response.completed", "response": {"id": "r1", "usage": {"x": 1}}},
            ]
        )
        assert said(events) == "Hi"
        assert reported(events) == Report("m", "r1", "completed", {"x": 1})

    async def test_messages(self):
        delta = {"type": "text_delta", "text": "Hi"}
        events = await self.lines(
            [
                {"type": "ping"},
                {"type": "content_block_delta", "index": 0, "delta": delta},
                {"type": "message_delta", "delta": {"stop_reason": "end_turn"}},
            ]
        )
        assert said(events) == "Hi"
        assert reported(events).finish_reason == "end_turn"
