"""What the items that an iterable yields mean."""

import pytest
from openai.types.chat import ChatCompletionChunk

from nb_persistent_stream.chunking import merge
from nb_persistent_stream.errors import InvalidInput
from nb_persistent_stream.protocol import Delta, Piece, Report

from .reading import read, text

WORDS = "Grüße, 世界! 🎉"


def chunk(delta=None, finish_reason=None, index=0, **more):
    choice = {"index": index, "delta": delta or {}, "finish_reason": finish_reason}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m-1",
        "choices": [] if delta is None and finish_reason is None else [choice],
        **more,
    }


def as_sdk(chunk):
    return ChatCompletionChunk.construct(**chunk)


def as_parsed_sdk(chunk):
    return ChatCompletionChunk.model_validate(chunk)


def as_dict(chunk):
    return chunk


async def test_text_is_text():
    assert merge(await read(["a", "b"])) == [Piece("ab")]


async def test_none_is_no_text():
    assert await read([None, "a", None]) == [Piece("a")]


async def test_pieces_deltas_and_reports_keep_what_they_carry():
    items = [Piece("p", "reasoning", {"x": 1}), Delta(7, "d", "tool_call", {"y": 2})]
    assert await read([*items, Report(model="m")]) == [
        Piece("p", "reasoning", {"x": 1}),
        Piece("d", "tool_call", {"y": 2}),
        Report(model="m"),
    ]


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
async def test_bytes_may_be_cut_anywhere_in_a_character(kind):
    whole = WORDS.encode()
    for place in range(len(whole) + 1):
        assert await text([kind(whole[:place]), kind(whole[place:])]) == WORDS
    assert await text([kind(bytes([byte])) for byte in whole]) == WORDS


async def test_half_a_character_at_the_end_is_shown_as_missing():
    assert await text([b"ok \xf0\x9f"]) == "ok \ufffd"


async def test_bytes_that_are_not_utf_8_end_nothing():
    assert await text([b"a\xffb", b"c"]) == "a\ufffdbc"


@pytest.mark.parametrize("make", [as_dict, as_sdk, as_parsed_sdk])
async def test_a_chunk_says_its_content_and_what_it_reports(make):
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    items = [chunk({"content": "Hi "}), chunk({"content": "you"}), chunk({}, "stop")]
    said = await read([make(item) for item in [*items, chunk(usage=usage)]])
    assert [event for event in said if isinstance(event, Piece)] == [Piece("Hi "), Piece("you")]
    report = Report()
    for event in said:
        report = report.merge(event) if isinstance(event, Report) else report
    assert report.model == "m-1"
    assert (report.response_id, report.finish_reason) == ("chatcmpl-1", "stop")
    assert dict(report.usage) == usage


@pytest.mark.parametrize("make", [as_dict, as_parsed_sdk])
@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
async def test_reasoning_is_a_kind_of_its_own(make, name):
    said = await read([make(chunk({name: "hm", "content": "so"}))])
    assert said[:2] == [Piece("hm", "reasoning"), Piece("so")]


@pytest.mark.parametrize("make", [as_dict, as_parsed_sdk])
async def test_a_refusal_is_text(make):
    assert (await read([make(chunk({"refusal": "I can't."}))]))[0] == Piece("I can't.")


@pytest.mark.parametrize("make", [as_dict, as_parsed_sdk])
async def test_a_second_answer_is_not_mixed_into_the_first(make):
    said = [chunk({"content": "a1"}), chunk({"content": "b1"}, index=1), chunk({}, "length", 1)]
    events = await read([make(item) for item in [*said, chunk({"content": "a2"})]])
    assert [event for event in events if isinstance(event, Piece)] == [Piece("a1"), Piece("a2")]
    assert all(event.finish_reason is None for event in events if isinstance(event, Report))


@pytest.mark.parametrize(
    ("item", "type_"), [(5, "int"), ({"text": "x"}, "dict"), (["a"], "list"), (object(), "object")]
)
async def test_what_is_not_text_is_named(item, type_):
    with pytest.raises(InvalidInput, match=f"yielded {type_} .*Let it yield str"):
        await read(["before", item])


async def test_what_is_not_text_is_shown_in_short():
    with pytest.raises(InvalidInput) as caught:
        await read([["x" * 100_000]])
    assert len(str(caught.value)) < 300
