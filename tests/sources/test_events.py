"""What the events of each provider mean, where aimock does not speak them."""

import pytest

from nb_persistent_stream.errors import SourceFailed
from nb_persistent_stream.protocol import Piece, Report

from .reading import read


def response(kind, **said):
    return {"type": f"response.{kind}", "response": {"id": "r", "model": "m", **said}}


class TestResponses:
    async def test_a_refusal_is_text(self):
        event = {"type": "response.refusal.delta", "output_index": 1, "delta": "I can't."}
        assert await read([event]) == [Piece("I can't.", "text", {"index": 1})]

    async def test_each_part_of_a_summary_is_a_paragraph(self):
        added = "response.reasoning_summary_part.added"
        said = "response.reasoning_summary_text.delta"
        events = [
            {"type": added, "output_index": 0, "summary_index": 0},
            {"type": said, "output_index": 0, "delta": "First."},
            {"type": added, "output_index": 0, "summary_index": 1},
            {"type": said, "output_index": 0, "delta": "Then."},
        ]
        pieces = await read(events)
        assert "".join(piece.text for piece in pieces) == "First.\n\nThen."
        assert {piece.kind for piece in pieces} == {"reasoning"}

    async def test_an_incomplete_answer_says_why(self):
        event = response("incomplete", incomplete_details={"reason": "max_output_tokens"})
        assert await read([event]) == [Report("m", "r", "max_output_tokens")]

    async def test_a_failure_is_an_error_that_keeps_the_count(self):
        failed = response("failed", error={"message": "It broke."}, usage={"input_tokens": 3})
        said = []
        with pytest.raises(SourceFailed, match=r"The provider broke off: It broke\. "):
            await read_into(said, [failed])
        assert said == [Report("m", "r", None, {"input_tokens": 3})]

    async def test_an_error_event_is_an_error(self):
        with pytest.raises(SourceFailed, match="Too busy"):
            await read([{"type": "error", "message": "Too busy", "code": "x"}])


class TestMessages:
    async def test_the_count_grows_and_a_cached_prompt_is_in_it(self):
        begun = {"input_tokens": 9, "output_tokens": 1, "cache_read_input_tokens": 100}
        events = [
            {"type": "message_start", "message": {"id": "m1", "model": "c", "usage": begun}},
            {
                "type": "message_delta",
                "delta": {"stop_reason": "max_tokens"},
                "usage": {"output_tokens": 7},
            },
        ]
        first, last = await read(events)
        assert first.usage == {"input_tokens": 9, "cache_read_input_tokens": 100}
        usage = {"input_tokens": 9, "cache_read_input_tokens": 100, "output_tokens": 7}
        assert first.merge(last) == Report("c", "m1", "max_tokens", usage)

    async def test_an_error_event_is_an_error(self):
        event = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
        with pytest.raises(SourceFailed, match="broke off: Overloaded"):
            await read([event])

    async def test_what_its_helper_says_again_is_not_said_twice(self):
        delta = {"type": "text_delta", "text": "Hi"}
        events = [
            {"type": "content_block_delta", "index": 0, "delta": delta},
            {"type": "text", "text": "Hi", "snapshot": "Hi"},
        ]
        assert await read(events) == [Piece("Hi", "text", {"index": 0})]


class TestChat:
    async def test_blocks_of_content_are_told_apart(self):
        thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}
        delta = {"content": [thinking, {"type": "text", "text": "so"}]}
        said = await read([{"choices": [{"delta": delta}]}])
        assert said == [Piece("hm", "reasoning"), Piece("so")]

    async def test_an_error_in_a_chunks_place_is_an_error(self):
        with pytest.raises(SourceFailed, match="broke off: Provider returned error"):
            await read([{"error": {"code": 502, "message": "Provider returned error"}}])

    async def test_a_tools_name_and_index_go_into_the_meta(self):
        call = {"index": 1, "id": "c", "function": {"name": "f", "arguments": '{"x'}}
        rest = {"index": 1, "function": {"arguments": '": 1}'}}
        said = await read([{"choices": [{"delta": {"tool_calls": [one]}}]} for one in (call, rest)])
        assert said == [
            Piece('{"x', "tool_call", {"index": 1, "id": "c", "name": "f"}),
            Piece('": 1}', "tool_call", {"index": 1}),
        ]


async def read_into(said, items):
    from nb_persistent_stream.sources import iterable_source

    async for event in iterable_source(items).open():
        said.append(event)
