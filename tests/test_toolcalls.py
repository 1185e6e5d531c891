"""Tool calls, put together from their deltas."""

import pytest

from nb_persistent_stream.protocol import Piece
from nb_persistent_stream.toolcalls import ToolCall, calls_of


def said(*pieces):
    return calls_of([Piece(text, "tool_call", meta) for text, meta in pieces])


@pytest.mark.parametrize(
    ("pieces", "calls"),
    [
        ([], []),
        ([("{}", {"index": 0, "id": "a", "name": "f"})], [ToolCall("a", "f", "{}")]),
        # An index goes on.
        (
            [("{", {"index": 0, "id": "a", "name": "f"}), ("}", {"index": 0})],
            [ToolCall("a", "f", "{}")],
        ),
        # A second id is a second call, also under the same index, as some servers number them.
        (
            [("{}", {"index": 0, "id": "a"}), ("[]", {"index": 0, "id": "b"})],
            [ToolCall("a", None, "{}"), ToolCall("b", None, "[]")],
        ),
        # What says nothing goes on with the last.
        ([("{", {"id": "a"}), ("}", None)], [ToolCall("a", None, "{}")]),
        ([("{}", None)], [ToolCall(None, None, "{}")]),
        # Calls come in the order of their index.
        (
            [("1", {"index": 2}), ("2", {"index": 1})],
            [ToolCall(None, None, "2"), ToolCall(None, None, "1")],
        ),
        # A name may come late.
        ([("{", {"index": 0}), ("}", {"index": 0, "name": "f"})], [ToolCall(None, "f", "{}")]),
    ],
)
def test_deltas_make_calls(pieces, calls):
    assert said(*pieces) == calls


def test_arguments_are_parsed_when_they_are_whole():
    assert ToolCall("a", "f", '{"x": [1]}').parsed == {"x": [1]}
    assert ToolCall("a", "f", '{"x": [1').parsed is None


def test_other_kinds_are_no_calls():
    assert calls_of([Piece("a"), Piece("b", "reasoning")]) == []
