"""The search in SQL against a search in Python: by the index, and without one."""

import asyncio
import tempfile
import unicodedata
from pathlib import Path
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st

from nb_persistent_stream.protocol import Provenance
from nb_persistent_stream.store import NewStream, Query, SqliteStore, index
from nb_persistent_stream.store.words import words


def _has_one_form_a_case(character):
    """Whether upper and lower case are each other's: not so of the Kelvin sign and K, or of ß."""
    lower, upper = character.lower(), character.upper()
    return len(lower + upper) == 2 and lower.upper() == upper and upper.lower() == lower


# Few characters, so that they meet, with all that SQL, GLOB and JSON could take for something else.
COMMON = st.sampled_from("aAbnuüÜжЖ \n*?[]^-%_\\\"'{}:,字🎉")
ANY = st.characters(codec="utf-8", min_codepoint=1).filter(_has_one_form_a_case)
TEXTS = st.text(COMMON | COMMON | ANY, max_size=12)
JSON_WORDS = ["user", "role", "content", "text", "n", "u", "0", '"', "\\", "[", "{", ","]
PARTS = st.lists(
    st.fixed_dictionaries({"type": st.just("text"), "text": TEXTS})
    | st.fixed_dictionaries({"type": st.just("image_url"), "image_url": TEXTS})
)
MESSAGES = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "assistant"]), "content": TEXTS | PARTS | st.none()}
    ),
    max_size=3,
)
SOURCES = st.builds(
    Provenance,
    prompt=st.none() | TEXTS | MESSAGES,
    model=st.none() | TEXTS,
    notebook=st.none() | TEXTS,
)
STREAMS = st.builds(
    NewStream,
    id=st.uuids().map(str),
    driver=st.just("d"),
    title=st.none() | TEXTS,
    tags=st.lists(TEXTS, max_size=3).map(tuple),
    provenance=SOURCES,
)


def _said(prompt):
    """The texts of a prompt."""
    if not isinstance(prompt, list):
        return [prompt or ""]
    contents = [message["content"] for message in prompt]
    parts = [part for content in contents if isinstance(content, list) for part in content]
    return [
        *(content for content in contents if isinstance(content, str)),
        *(part.get("text", "") for part in parts),
    ]


def _texts(stream, root=""):
    """What a stream is known by."""
    source = stream.provenance
    notebook = source.notebook or ""
    below = notebook.removeprefix(root) if notebook.startswith(root) else ""
    short = [stream.id, stream.title or "", source.model or "", below]
    return [*short, *stream.tags, *_said(source.prompt)]


def _holds(stream, word, root):
    return any(word.lower() in text.lower() for text in _texts(stream, root))


def _searches(streams):
    """What is in the texts in the other case, and what is only in their JSON."""
    texts = {text for new in streams for text in _texts(new)[1:]}
    starts = [(text, start) for text in sorted(texts) for start in range(len(text))]
    parts = {text[start : start + n].swapcase() for text, start in starts[:60] for n in (1, 2, 5)}
    return [*sorted(parts), *JSON_WORDS, *(f"{part} {part[::-1]}" for part in sorted(parts)[:20])]


async def _found(streams, queries):
    """The ids that each query finds in a new store, and how many it says there are."""
    with tempfile.TemporaryDirectory() as folder:
        store = await SqliteStore.open(Path(folder) / "streams.db", "normal")
        try:
            for new in streams:
                await store.create(new)
            windows = [await store.window(query, 0, 50) for query in queries]
        finally:
            await store.close()
    return [({info.id for info in window.streams}, window.total) for window in windows]


@settings(max_examples=40, deadline=None)
@given(st.lists(STREAMS, min_size=1, max_size=4), st.sampled_from(["", "a", "ü", "*"]))
def test_without_an_index_sqlite_finds_exactly_what_a_plain_look_finds(streams, root):
    searches = _searches(streams)
    queries = [Query(search=search, root=root) for search in searches]
    with mock.patch.object(index, "has_fts5", return_value=False):
        found = asyncio.run(_found(streams, queries))
    for search, (ids, total) in zip(searches, found, strict=True):
        words = search.split()
        expected = {new.id for new in streams if all(_holds(new, word, root) for word in words)}
        assert (search, ids, total) == (search, expected, len(expected))


def _dense(text):
    """Whether a script without spaces is in it, of which the last character may begin no word."""
    return any(unicodedata.category(character) == "Lo" for character in text)


def _begins_a_word(stream, word):
    return any(each.startswith(word) for text in _texts(stream) for each in words(text))


@settings(max_examples=40, deadline=None)
@given(st.lists(STREAMS, min_size=1, max_size=4))
def test_the_index_finds_exactly_the_streams_whose_words_begin_so(streams):
    texts = sorted({text for new in streams for text in _texts(new)[1:]})
    searches = [sought for text in texts for sought in (text, text[1:4], text.swapcase())]
    searches = [search for search in searches if words(search)][:80]
    found = asyncio.run(_found(streams, [Query(search=search) for search in searches]))
    for search, (ids, total) in zip(searches, found, strict=True):
        sought = {word for part in search.split() for word in words(part)}
        expected = {new.id for new in streams if all(_begins_a_word(new, w) for w in sought)}
        assert (search, total) == (search, len(ids))
        assert _dense(search) or (search, ids) == (search, expected)


# What FTS5 could take for its own: https://sqlite.org/fts5.html#full_text_query_syntax
SYNTAX = st.sampled_from(
    [*"\"*^+-:(){},'\\\0 aé字", "NEAR", "AND", "OR", "NOT", "entries", "words"]
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(SYNTAX, max_size=12).map("".join) | st.text(max_size=30), max_size=30))
def test_no_search_is_an_error_and_each_finds_the_text_that_it_was_copied_from(searches):
    told = [search for search in searches if "\0" not in search]
    stream = NewStream(id="one", driver="d", provenance=Provenance(prompt=" ".join(told)))
    found = asyncio.run(_found([stream], [Query(search=search) for search in searches]))
    for search, (ids, _) in zip(searches, found, strict=True):
        assert search not in told or not words(search) or ids == {"one"}
