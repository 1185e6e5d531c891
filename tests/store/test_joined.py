"""A body for who shows it: in few large deltas."""

from itertools import groupby

import pytest

from nb_persistent_stream.errors import InvalidInput
from nb_persistent_stream.protocol import JSON_MESSAGE, Piece, place

from .acts import begin, body

META = {"index": 1}
PARTS = [Piece(f"{n} Grüße\0 " * 100, "reasoning") for n in range(200)]
PARTS += [Piece(f"{n} 世界🎉 " * 100) for n in range(300)]
PARTS += [Piece("say ", "text", META), Piece("it ", "text", META), Piece("so")]
PARTS += [Piece('{"a":1}', JSON_MESSAGE), Piece('{"b":2}', JSON_MESSAGE), Piece("end")]


@pytest.fixture
async def store(open_store):
    store = await open_store()
    lease = await begin(store)
    await store.append(lease, list(place(PARTS, 0)))
    return store


def runs(deltas):
    """What is said of each part, with messages apart."""
    return [
        (kind, meta, "".join(delta.text for delta in group))
        for (kind, meta, _), group in groupby(
            deltas, key=lambda d: (d.kind, d.meta, d.offset if d.kind == JSON_MESSAGE else None)
        )
    ]


async def joined(store, offset):
    deltas = []
    while more := await store.joined("one", offset):
        deltas += more
        offset = more[-1].end
    return deltas


@pytest.mark.parametrize("offset", [0, 2, 150_000, 400_000])
async def test_it_says_what_the_body_says(store, offset):
    whole, some = await body(store, offset=offset), await joined(store, offset)
    assert runs(some) == runs(whole)
    assert [delta.offset for delta in some[1:]] == [delta.end for delta in some[:-1]]
    assert some[0].offset == offset
    assert len(some) < len(whole)


async def test_neighbours_of_one_part_are_one_delta(open_store):
    store = await open_store()
    lease = await begin(store)
    await store.append(lease, list(place([Piece("word ")] * 1000, 0)))
    (delta,) = await store.joined("one")
    assert delta.text == "word " * 1000


async def test_an_offset_within_a_character_is_refused(store):
    with pytest.raises(InvalidInput, match="within a character"):
        await store.joined("one", 5)
