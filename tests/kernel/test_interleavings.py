"""However a provider cuts and mixes an answer, its parts are the same."""

import json

from hypothesis import given
from hypothesis import strategies as st

from nb_persistent_stream.chunking import Chunker
from nb_persistent_stream.kernel.body import Body
from nb_persistent_stream.protocol import Piece, place, text_of
from nb_persistent_stream.sources.read import Reader
from nb_persistent_stream.toolcalls import ToolCall, calls_of

TEXTS = st.text("ab c.\n字é😀", max_size=30)
ARGUMENTS = st.one_of(st.just({}), st.dictionaries(TEXTS, TEXTS, max_size=3))


def units(text):
    """A text as UTF-16 has it: a provider may cut a character in two."""
    data = text.encode("utf-16-le")
    pairs = (data[at : at + 2] for at in range(0, len(data), 2))
    return [pair.decode("utf-16-le", "surrogatepass") for pair in pairs]


def chat(kind, index, text):
    if kind != "tool_call":
        return {"choices": [{"delta": {{"text": "content"}.get(kind, kind): text}}]}
    call = {"index": index, "function": {"arguments": text}}
    return {"choices": [{"delta": {"tool_calls": [call]}}]}


def chat_call(index, call):
    named = {"index": index, "id": call.id, "function": {"name": call.name, "arguments": ""}}
    return {"choices": [{"delta": {"tool_calls": [named]}}]}


def responses(kind, index, text):
    names = {
        "text": "output_text",
        "reasoning": "reasoning_summary_text",
        "tool_call": "function_call_arguments",
    }
    return {"type": f"response.{names[kind]}.delta", "output_index": index, "delta": text}


def responses_call(index, call):
    item = {"type": "function_call", "call_id": call.id, "name": call.name, "arguments": ""}
    return {"type": "response.output_item.added", "output_index": index, "item": item}


def messages(kind, index, text):
    type_, name = {
        "text": ("text_delta", "text"),
        "reasoning": ("thinking_delta", "thinking"),
        "tool_call": ("input_json_delta", "partial_json"),
    }[kind]
    delta = {"type": type_, name: text}
    return {"type": "content_block_delta", "index": index, "delta": delta}


def messages_call(index, call):
    block = {"type": "tool_use", "id": call.id, "name": call.name, "input": {}}
    return {"type": "content_block_start", "index": index, "content_block": block}


WIRES = {
    "chat": (chat, chat_call),
    "responses": (responses, responses_call),
    "messages": (messages, messages_call),
}


@st.composite
def answers(draw):
    """An answer's whole parts, and its events, cut and mixed."""
    say, name = WIRES[draw(st.sampled_from(sorted(WIRES)))]
    reasoning, text = draw(TEXTS), draw(TEXTS)
    calls = [
        # A call without arguments may say so, or nothing.
        (ToolCall(f"call_{at}", f"tool_{at}", json.dumps(arguments)), draw(st.booleans()))
        for at, arguments in enumerate(draw(st.lists(ARGUMENTS, max_size=3)))
    ]
    queues = [pieces(draw, say, "reasoning", 0, reasoning), pieces(draw, say, "text", 1, text)]
    for index, (call, is_silent) in enumerate(calls, 2):
        said = "" if is_silent and call.arguments == "{}" else call.arguments
        queues.append([name(index, call), *pieces(draw, say, "tool_call", index, said)])
    events = []
    while queues := [queue for queue in queues if queue]:
        events.append(draw(st.sampled_from(queues)).pop(0))
    return reasoning, text, [call for call, _ in calls], events


def pieces(draw, say, kind, index, text):
    """A part's events, cut anywhere."""
    events, begun = [], ""
    for unit in units(text):
        begun += unit
        if draw(st.booleans()):
            events.append(say(kind, index, begun))
            begun = ""
    return [*events, say(kind, index, begun)]


@given(answers(), st.sampled_from(["word", "paragraph", 7]))
def test_any_cut_and_any_order_gives_the_same_parts(answer, chunk_by):
    reasoning, text, calls, events = answer
    reader, body, chunker = Reader(), Body(), Chunker(chunk_by)
    said = [event for item in events for event in reader.read(item) if isinstance(event, Piece)]
    deltas = [delta for piece in said if (delta := body.append(piece))] + body.close()
    stored = []
    for delta in deltas:
        stored += chunker.push(Piece(delta.text, delta.kind, delta.meta))
    stored = list(place([*stored, *chunker.flush()], 0))

    for log in (deltas, stored):
        assert text_of(log, "reasoning") == reasoning
        assert text_of(log) == text
        assert calls_of(log) == calls
    assert body.end == stored[-1].end if stored else body.end == 0
