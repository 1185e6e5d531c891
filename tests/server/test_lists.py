"""The list subscription: what a page is told of a list, and until when."""

import pytest

from nb_persistent_stream.protocol import Provenance, Report, Status
from nb_persistent_stream.wire import SummaryRecord

from ..waiting import eventually
from .conftest import say
from .test_live_robust import following


@pytest.fixture
async def page(connect):
    return await connect()


def ids(message):
    assert message["type"] == "list"
    return [record["stream_id"] for record in message["streams"]]


async def test_the_first_window_comes_at_once(page, begin):
    for number in range(5):
        await begin(f"s{number}", "text")
    page.list(7, first=1, count=2)
    message = await page.next()
    assert {**message, "streams": ids(message)} == {
        "type": "list", "sub": 7, "total": 5, "first": 1, "streams": ["s3", "s2"],
    }  # fmt: skip


async def test_an_empty_store_has_an_empty_list(page):
    page.send({"type": "list", "sub": 1})
    assert await page.next() == {"type": "list", "sub": 1, "total": 0, "first": 0, "streams": []}


async def test_a_record_is_the_state_and_what_a_person_knows_it_by(page, begin, jp_root_dir):
    source = Provenance(
        prompt=[{"role": "user", "content": "What\n is WAL?"}],
        model="m",
        notebook=str(jp_root_dir / "a" / "b.ipynb"),
        cell_id="c",
    )
    await begin("one", "Grüße", title="T", tags=("x",), provenance=source)
    page.list(1)
    [record] = (await page.next())["streams"]
    assert record.keys() == SummaryRecord.__annotations__.keys()
    expected = {
        "stream_id": "one", "status": "streaming", "title": "T", "model": "m", "length": 7,
        "notebook": "a/b.ipynb", "cell_id": "c", "tags": ["x"], "prompt": "What is WAL?",
    }  # fmt: skip
    assert {name: record[name] for name in expected} == expected


async def test_a_record_is_short_however_long_its_question_is(page, begin):
    await begin("one", provenance=Provenance(prompt="word " * 200_000, system="s" * 1_000_000))
    page.list(1)
    message = await page.next()
    assert message["streams"][0]["prompt"] == ("word " * 40).rstrip()
    assert len(str(message)) < 2_000


async def test_a_change_and_a_new_stream_are_told(page, store, begin):
    lease = await begin("one")
    page.list(1, count=1)
    assert (await page.next())["streams"][0]["length"] == 0
    await say(store, lease, "text")
    assert (await page.next())["streams"][0]["length"] == 4
    await store.finish(lease, Status.DONE, Report())
    assert (await page.next())["streams"][0]["status"] == "done"
    await begin("two")
    message = await page.next()
    assert (message["total"], ids(message)) == (2, ["two"])
    await store.delete("two")
    message = await page.next()
    assert (message["total"], ids(message)) == (1, ["one"])


async def test_the_same_sub_again_replaces_window_and_query(page, begin):
    for number in range(4):
        await begin(f"s{number}", title=f"title {number}")
    page.list(1, count=2)
    assert ids(await page.next()) == ["s3", "s2"]
    page.list(1, first=2, count=2)
    message = await page.next()
    assert (message["first"], ids(message)) == (2, ["s1", "s0"])
    page.list(1, {"search": "TITLE 2"})
    message = await page.next()
    assert (message["total"], ids(message)) == (1, ["s2"])
    await begin("s4", title="title 2 again")
    assert ids(await page.next()) == ["s4", "s2"]
    assert len(following()) == 1


async def test_lists_and_streams_share_a_socket(page, store, begin):
    lease = await begin("one", "text")
    page.list(1)
    page.subscribe(2, "one")
    heard = await page.until(lambda message: message["type"] == "deltas")
    await say(store, lease, "more")
    heard += await page.until(lambda message: message["sub"] == 1 and message["type"] == "list")
    assert {message["sub"] for message in heard} == {1, 2}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["live", "outside", "inside"]),
        ({"live": True}, ["live"]),
        ({"live": False}, ["live", "outside", "inside"]),
        ({"notebook": "a/b.ipynb"}, ["inside"]),
        ({"notebook": "../out.ipynb"}, ["outside"]),  # a name, and no file is looked at
        ({"notebook": ""}, []),
        ({"search": "B.IPYNB"}, ["inside"]),
        ({"search": "out.ipynb"}, []),
        ({"search": "live"}, ["live"]),
        ({"search": "b", "live": True}, []),
        ({"search": "\ud800"}, []),
    ],
    ids=str,
)
async def test_a_query_leaves_what_fits(page, store, begin, jp_root_dir, query, expected):
    for name, path in (("inside", "a/b.ipynb"), ("outside", "../out.ipynb")):
        notebook = str((jp_root_dir / path).resolve())
        lease = await begin(name, provenance=Provenance(notebook=notebook))
        await store.finish(lease, Status.DONE, Report())
    await begin("live")
    page.list(1, query)
    message = await page.next()
    assert (message["total"], ids(message)) == (len(expected), expected)
    notebooks = {record["stream_id"]: record["notebook"] for record in message["streams"]}
    assert notebooks.items() <= {"inside": "a/b.ipynb", "outside": None, "live": None}.items()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"query": None}, "query is None"),
        ({"query": "wal"}, "query is 'wal'"),
        ({"query": {"search": 5}}, "query has 'search': 5"),
        ({"query": {"live": "yes"}}, "query has 'live': 'yes'"),
        ({"query": {"notebook": None}}, "query has 'notebook': None"),
        ({"query": {"colour": "red"}}, "It takes search"),
        ({"query": {"search": "x" * 201}}, "Use fewer words"),
        ({"first": -1}, "first is -1. Give a whole number from 0"),
        ({"first": 1 << 70}, "first is"),
        ({"count": 201}, "count is 201. Give a whole number from 0 to 200"),
        ({"count": "9"}, "count is '9'"),
        ({"count": 1.5}, "count is 1.5"),
        ({"count": True}, "count is True"),
    ],
    ids=str,
)
async def test_nonsense_is_an_error_with_its_sub(page, begin, asked, said):
    await begin("one")
    page.send({"type": "list", "sub": 3, **asked})
    message = await page.next()
    assert (message["type"], message["sub"]) == ("error", 3)
    assert message["error"]["type"] == "invalid-input"
    assert said in message["error"]["message"]
    page.list(3)
    assert ids(await page.next()) == ["one"]


async def test_who_unsubscribes_hears_no_more_and_costs_no_more(page, store, begin, shelf):
    lease = await begin("one")
    page.list(1)
    await page.next()
    statements = []
    page.unsubscribe(1)
    await eventually(lambda: not following())
    await shelf._store._database.reader.set_trace_callback(statements.append)
    await shelf._store._database.lists.look(lambda db: db.set_trace_callback(statements.append))
    await say(store, lease, "text")
    # The sweeper looks for what is live every second; a look at a list would come sooner.
    await eventually(lambda: sum("status IN" in sql for sql in statements) >= 2)
    assert await page.quiet() == []
    assert not [sql for sql in statements if "data_version" in sql or "matching" in sql]


async def test_while_nothing_changes_nothing_is_computed(page, begin, shelf):
    await begin("one")
    page.list(1)
    await page.next()
    statements = []
    await shelf._store._database.lists.look(lambda db: db.set_trace_callback(statements.append))
    # Once more at most, for the sweeper has put the new stream into the index of words.
    await eventually(
        lambda: len(statements) > 3 and set(statements[-3:]) == {"PRAGMA data_version"}
    )
    assert sum("matching" in sql for sql in statements) <= 1


async def test_ten_pages_on_one_list_share_nothing_that_grows(connect, store, begin, shelf):
    lease = await begin("one")
    pages = [await connect() for _ in range(10)]
    for page in pages:
        page.list(1)
    for length in range(3):
        for page in pages:
            heard = await page.until(
                lambda message, length=length: message["streams"][0]["length"] == length
            )
            assert len(heard) == 1
        await say(store, lease, "x")
    tail = shelf._store._tail
    assert (tail._feeds, tail._poller._interests) == ({}, {})
    assert len(following()) == 10
    for page in pages:
        await page.close()
    await eventually(lambda: not following())
