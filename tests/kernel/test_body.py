import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nb_persistent_stream.kernel.body import Body
from nb_persistent_stream.protocol import Delta, Piece, size
from nb_persistent_stream.toolcalls import ToolCall

HIGH, LOW = "\ud83d", "\ude00"


def said(*texts):
    body = Body()
    for text in texts:
        body.append(Piece(text))
    body.close()
    return body.text()


@pytest.mark.parametrize(
    ("texts", "whole"),
    [
        ((HIGH + LOW,), "😀"),
        ((HIGH, LOW), "😀"),
        (("a" + HIGH, LOW + "b"), "a😀b"),
        ((HIGH, "", LOW), "😀"),
        ((HIGH, "a"), "\ufffda"),
        (("a", LOW, "b"), "a\ufffdb"),
        (("a" + HIGH,), "a\ufffd"),
        ((HIGH, HIGH, LOW), "\ufffd😀"),
        (("\ufeffa",), "\ufeffa"),
    ],
)
def test_surrogates_are_joined_and_lone_ones_replaced(texts, whole):
    assert said(*texts) == whole


@given(st.lists(st.text("aé字😀\ud83d\ude00")))
def test_a_body_is_valid_and_gapless_whatever_is_said(texts):
    body = Body()
    deltas = [delta for text in texts if (delta := body.append(Piece(text)))]
    deltas += body.close()
    offset = 0
    for delta in deltas:
        assert delta.offset == offset
        offset += len(delta.text.encode())
    assert body.end == offset == size(body.text())
    joined = "".join(texts).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert body.text() == joined


def test_empty_text_adds_nothing():
    body = Body()
    assert body.append(Piece("")) is None
    assert body.close() == []
    assert (body.end, body.since(0)) == (0, [])


def test_since_gives_the_rest_and_cuts_the_first():
    body = Body()
    body.append(Piece("añb"))
    body.append(Piece("why", "reasoning"))
    assert body.since(0) == [Delta(0, "añb"), Delta(4, "why", "reasoning")]
    assert body.since(3) == [Delta(3, "b"), Delta(4, "why", "reasoning")]
    assert body.since(5) == [Delta(5, "hy", "reasoning")]
    assert body.since(7) == body.since(99) == []


WORDS = st.builds(str.__mul__, st.sampled_from(["a", "né ", "字😀"]), st.integers(1, 400))
KINDS = st.sampled_from(["text", "reasoning"])


@given(st.lists(st.builds(Piece, WORDS, KINDS), min_size=1), st.data())
def test_wherever_it_is_cut_nothing_is_lost_and_each_byte_keeps_its_kind(pieces, data):
    body = Body()
    deltas = [body.append(piece) for piece in pieces]
    cut = data.draw(st.sampled_from([0, *(delta.end for delta in deltas)]))
    parts = [*body.until(cut), *body.since(cut)]
    assert [delta.offset for delta in parts] == [0, *(delta.end for delta in parts)][:-1]
    assert by_byte(parts) == by_byte(deltas)


def by_byte(deltas):
    return [(byte, delta.kind) for delta in deltas for byte in delta.raw]


def test_small_deltas_take_little_beside_their_text():
    body, count = Body(), 50_000
    tracemalloc.start()
    for number in range(count):
        body.append(Piece(f"{number} and "))
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 1.5 * body.end


def test_text_is_of_one_kind():
    body = Body()
    for piece in (Piece("a"), Piece("why", "reasoning"), Piece("b")):
        body.append(piece)
    assert (body.text(), body.text("reasoning"), body.text("other")) == ("ab", "why", "")


class TestToolCalls:
    """A call's name has no place of its own: it comes with the call's first argument."""

    NAMED = Piece("", "tool_call", {"index": 0, "id": "a", "name": "f"})

    def test_a_name_waits_for_the_arguments(self):
        body = Body()
        assert body.append(self.NAMED) is None
        body.append(Piece("why", "reasoning"))
        assert body.append(Piece("{", "tool_call", {"index": 0})).meta == self.NAMED.meta
        body.append(Piece("}", "tool_call", {"index": 0}))
        assert body.close() == []
        assert body.tool_calls() == [ToolCall("a", "f", "{}")]

    def test_a_call_without_arguments_is_kept(self):
        body = Body()
        body.append(self.NAMED)
        body.append(Piece("[]", "tool_call", {"index": 1, "id": "b", "name": "g"}))
        assert [delta.text for delta in body.close()] == ["{}"]
        assert body.tool_calls() == [ToolCall("a", "f", "{}"), ToolCall("b", "g", "[]")]

    def test_half_a_character_waits_in_its_own_part(self):
        body = Body()
        for kind, text in (("text", HIGH), ("reasoning", "why"), ("text", LOW)):
            body.append(Piece(text, kind))
        assert body.close() == []
        assert (body.text(), body.text("reasoning")) == ("😀", "why")
