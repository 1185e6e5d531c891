"""What every store must find: a stream by the words that it is known by."""

import pytest

from nb_persistent_stream.errors import InvalidInput
from nb_persistent_stream.protocol import Provenance, Report, Status
from nb_persistent_stream.store import NewStream, Query

from .acts import begin


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
