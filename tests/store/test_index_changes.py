"""What changes after it was indexed: the index holds what is so now, and nothing of what was."""

import sqlite3
from contextlib import closing

import pytest

from nb_persistent_stream.protocol import Provenance, Report, Status
from nb_persistent_stream.store import Query, index

from .acts import begin, say


def in_index(path):
    """Each word in the index, with the place that it has."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab (main, words, row)")
        return {row[0] for row in db.execute("SELECT term FROM temp.terms WHERE doc > 0")}


async def test_nothing_of_a_deleted_stream_is_in_the_index(path, open_store):
    store = await open_store()
    lease = await begin(store, title="first title", tags=("tag",))
    await store.window(Query(search="x"), 0, 9)
    await store.label("one", title="second title")
    await say(store, lease, "what ", "was said")
    await store.finish(lease, Status.DONE, Report(model="answerer"))
    await store.window(Query(search="x"), 0, 9)
    assert {"lsecond", "btag"} - in_index(path) == {"btag"}
    assert {"lfirst"}.isdisjoint(in_index(path))
    assert {"lanswerer", "bsaid"} <= in_index(path)
    await store.label("one", title="third")
    await store.label("one", tags=[])
    await store.delete("one")
    assert in_index(path) == set()


async def test_an_answer_that_named_its_model_leaves_nothing_either(path, open_store):
    store = await open_store()
    lease = await begin(store, provenance=Provenance(model="asked"))
    await store.report(lease, Report(model="answerer"))
    await store.window(Query(search="x"), 0, 9)
    await say(store, lease, "said")
    await store.expire(await store.info("one"), "gone")
    await store.window(Query(search="x"), 0, 9)
    await store.claim("one", "other", epoch=1)
    assert "bsaid" not in in_index(path)
    await store.window(Query(search="x"), 0, 9)
    await store.delete("one")
    assert in_index(path) == set()


async def test_a_body_that_lives_again_while_it_is_read_is_not_taken_for_whole(path, open_store):
    store = await open_store()
    await say(store, await begin(store), "heron ")
    await store.expire(await store.info("one"), "gone")
    with closing(sqlite3.connect(path)) as db, db:
        db.row_factory = sqlite3.Row
        found = index.look(db)
        lease = await store.claim("one", "other", epoch=1)
        index.add(db, found)
    await say(store, lease, "stork", offset=6)
    await store.finish(lease, Status.DONE, Report())
    assert (await store.window(Query(search="stork"), 0, 9)).total == 1


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("UPDATE streams SET title = 'perch' WHERE id = 'one'", {"perch": 1, "salmon": 0}),
        ("UPDATE streams SET deleted = 1 WHERE id = 'one'", {"salmon": 0, "heron": 0}),
        ("DELETE FROM streams WHERE id = 'one'", {"salmon": 0, "heron": 0}),
        ("UPDATE streams SET status = 'streaming' WHERE id = 'one'", {"salmon": 1, "heron": 0}),
    ],
    ids=["a title", "a delete that keeps it", "a delete", "a claim"],
)
async def test_what_an_older_version_changes_is_found_as_it_is(path, open_store, change, found):
    store = await open_store()
    lease = await begin(store, title="salmon")
    await say(store, lease, "heron")
    await store.expire(await store.info("one"), "gone")
    assert (await store.window(Query(search="salmon heron"), 0, 9)).total == 1
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA foreign_keys = ON")
        db.execute(change)
    await begin(store, "two")  # which takes no number that is still in use
    for search, total in found.items():
        assert (await store.window(Query(search=search), 0, 9)).total == total, search
