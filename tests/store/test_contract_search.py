"""What every store must find: a stream by the words that it is known by."""

import pytest

from nb_persistent_stream.errors import InvalidInput
from nb_persistent_stream.protocol import Piece, Provenance, Report, Status, place
from nb_persistent_stream.store import NewStream, Query

from .acts import begin, say


def _ids(streams):
    return [info.id for info in streams.streams]


SEARCHED = {
    "title": {"title": "Write-ahead log"},
    "tags": {"tags": ("draft", "Café")},
    "prompt": {"provenance": Provenance(prompt='Say "hi" in 100%\nof [cases]')},
    "messages": {
        "provenance": Provenance(
            prompt=[
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": [{"type": "text", "text": "Über die Straße"}]},
            ]
        )
    },
    "model": {"provenance": Provenance(model="gpt-5-mini")},
    "notebook": {"provenance": Provenance(notebook="/home/ana/Work/wal.ipynb")},
}


@pytest.fixture(autouse=True)
async def streams(store):
    for name, new in SEARCHED.items():
        await store.create(NewStream(id=name, driver="d", **new))


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("", list(SEARCHED)),
        (" \n", list(SEARCHED)),
        ("write-AHEAD", ["title"]),
        ("log write", ["title"]),
        ("log draft", []),
        ("CAFÉ", ["tags"]),
        ('"HI"', ["prompt"]),
        ("[CASES] 100%", ["prompt"]),
        ("nof", []),  # the n is a new line's, as JSON writes it
        ("ÜBER straße", ["messages"]),
        ("brief", ["messages"]),
        ("system", []),  # a role is nothing that was said
        ("mini", ["model"]),
        ("wal.IPYNB", ["notebook"]),
        ("ana", ["notebook"]),
        ("model", ["model"]),
        ("a*e", []),
        ("a?e", []),
        ("[a-z]", []),
        ("%", ["prompt"]),
        ("_", []),
    ],
    ids=repr,
)
async def test_it_finds_what_holds_every_word_in_any_case(store, search, expected):
    window = await store.window(Query(search=search), 0, 50)
    assert _ids(window) == expected[::-1]
    assert window.total == len(expected)
    assert _ids(await store.find(Query(search=search))) == expected[::-1]


async def test_of_a_notebook_only_the_path_below_the_root_is_looked_at(store):
    for search, expected in (("ana", []), ("work/", ["notebook"])):
        query = Query(search=search, root="/home/ana/")
        assert _ids(await store.window(query, 0, 50)) == expected
    outside = Query(search="wal.ipynb", root="/home/eve/")
    assert (await store.window(outside, 0, 50)).total == 0


async def test_the_model_that_answered_is_the_one_that_is_found(store):
    lease = await begin(store, "answered", provenance=Provenance(model="asked"))
    await store.finish(lease, Status.DONE, Report(model="answerer"))
    assert (await store.window(Query(search="answerer"), 0, 9)).total == 1
    assert (await store.window(Query(search="asked"), 0, 9)).total == 0


async def test_it_goes_with_the_other_filters(store):
    await begin(store, "title-2", title="log")
    query = Query(search="log", statuses=(Status.STREAMING,))
    assert _ids(await store.window(query, 0, 50)) == ["title-2"]


async def test_it_takes_many_words_and_says_when_it_is_too_long(store):
    many = " ".join(chr(0x4E00 + n) for n in range(100))
    assert (await store.window(Query(search=many), 0, 50)).total == 0
    with pytest.raises(InvalidInput, match="Use fewer words: up to 200"):
        await store.window(Query(search="x" * 201), 0, 50)


async def _says(store, stream_id, *texts, **new):
    """A stream that has ended, and said this."""
    lease = await begin(store, stream_id, **new)
    await say(store, lease, *texts)
    await store.finish(lease, Status.DONE, Report())
    return lease


async def _found(store, search):
    return set(_ids(await store.window(Query(search=search), 0, 50)))


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("quicksand", True),
        ("QUICKS", True),  # as somebody types it
        ("sand", False),
        ("deja vu", True),
        ("DÉJÀ", True),
        ("max_tokens", True),
        ("tokens", True),
        ("全文検索", True),
        ("文検", True),
        ("索", True),
        ("文全", False),
        ("한국", True),
        ("🎉", True),
        ("half", True),
        ("log quicksand", True),  # one in the title, one in the text
        ("log quicksilver", False),
    ],
)
async def test_words_of_a_body_are_found_when_it_has_ended(store, search, found):
    await _says(
        store, "body", "quick", "sand; de\u0301jà vu, max_tokens=3 ",
        "ここで全文検索が한국어 🎉 h", "al", "f", title="the log",
    )  # fmt: skip
    assert ("body" in await _found(store, search)) == found


async def test_what_is_asked_is_found_at_once_and_what_is_said_at_the_latest_at_the_end(store):
    lease = await begin(store, "live", provenance=Provenance(prompt="zebra crossing"))
    assert await _found(store, "zebra") == {"live"}
    await say(store, lease, "giraffe")
    seen = await store.info("live")
    assert await store.expire(seen, "its driver is gone")
    assert await _found(store, "giraffe crossing") == {"live"}


async def test_a_new_title_is_found_and_the_old_one_is_not(store):
    await _says(store, "done", "herring", title="herring and salmon", tags=("trout",))
    await begin(store, "live", title="salmon")
    assert await _found(store, "salmon") == {"done", "live"}
    for stream_id in ("done", "live"):
        await store.label(stream_id, title="perch", tags=["pike"])
    for gone in ("salmon", "trout"):
        assert await _found(store, gone) == set()
    assert await _found(store, "perch pike") == {"done", "live"}
    assert await _found(store, "herring") == {"done"}  # the text says so too


async def test_what_lives_again_is_found_by_all_that_it_said_in_the_end(store):
    await say(store, await begin(store, "again", title="perch"), "heron ")
    assert await store.expire(await store.info("again"), "its driver is gone")
    assert await _found(store, "heron") == {"again"}
    lease = await store.claim("again", "other", epoch=1)
    assert await _found(store, "perch") == {"again"}
    await say(store, lease, "stork", offset=6)
    assert await _found(store, "heron") == set()  # while it lives
    await store.finish(lease, Status.DONE, Report())
    assert await _found(store, "heron stork perch") == {"again"}


async def test_what_kinds_say_stands_apart_and_json_means_what_it_says(store):
    lease = await begin(store, "kinds")
    pieces = [
        Piece("think", "reasoning"),
        Piece("Answer"),
        Piece('{"q": "gr\\u00fcn\\nblau"}', "tool_call"),
    ]
    await store.append(lease, list(place(pieces, 0)))
    await store.finish(lease, Status.DONE, Report())
    for search in ("think", "answer", "grün", "blau"):
        assert await _found(store, search) == {"kinds"}


async def test_what_is_deleted_is_not_found(store):
    for stream_id in ("one", "two"):
        await _says(store, stream_id, "heron")
    assert await _found(store, "heron") == {"one", "two"}
    await store.delete("two")
    assert await _found(store, "heron") == {"one"}
    await _says(store, "three", "stork")
    assert await _found(store, "heron") == {"one"}


async def test_no_syntax_is_taken_for_one(store):
    await _says(store, "said", 'a AND b "NEAR" c*')
    for search in ('"', 'a"b', "a AND", "NOT", "(near", "near(", "b* c^", "-a", "x:y", "a+b", "''"):
        await store.window(Query(search=search), 0, 50)
    assert await _found(store, '"near" (and') == {"said"}
    assert await _found(store, "b OR nothing") == set()
