"""A store on a network disk: SQLite's write-ahead log can't work there, and a journal can."""

import logging
from pathlib import Path

import pytest

from nb_persistent_stream import stream
from nb_persistent_stream.protocol import Status, text_of
from nb_persistent_stream.store import journal
from nb_persistent_stream.store.journal import network_disk

from ..store.acts import begin, body, say

MOUNTS = """\
/dev/sda1 / ext4 rw,relatime 0 0
tmpfs /run tmpfs rw 0 0
server:/home /home nfs4 rw,vers=4.2 0 0
/dev/sdb1 /home/local\\040disk ext4 rw 0 0
me@host:/ /mnt/far fuse.sshfs rw 0 0
share /mnt/share cifs rw 0 0
/dev/sdc1 /mnt/share xfs rw 0 0
"""


@pytest.fixture
def network(monkeypatch):
    monkeypatch.setattr(journal, "network_disk", lambda path: "nfs4")
    monkeypatch.setattr(journal, "_warned", set())


@pytest.fixture
def mounts(tmp_path):
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)
    return mounts


@pytest.mark.parametrize(
    ("place", "disk"),
    [
        ("/var/lib/streams.db", None),
        ("/run/streams.db", None),
        ("/home/ada/streams.db", "nfs4"),
        ("/home/local disk/streams.db", None),
        ("/home2/streams.db", None),
        ("/mnt/far/deep/er/streams.db", "fuse.sshfs"),
        ("/mnt/share/streams.db", None),  # what was mounted last hides what was there
    ],
)
def test_a_network_disk_is_known_by_its_mount(place, disk, mounts):
    assert network_disk(Path(place), mounts) == disk


def test_where_mounts_are_not_listed_every_disk_is_local(tmp_path):
    assert network_disk(tmp_path, tmp_path / "no such list") is None


async def modes(store):
    """How the two connections that write do it."""
    [writer] = await store._write("PRAGMA journal_mode")
    other = await store._database.run(lambda db: db.execute("PRAGMA journal_mode").fetchone())
    return [writer[0], other[0]]


async def test_a_journal_is_used_and_a_warning_names_the_setting(network, open_store, caplog):
    with caplog.at_level(logging.WARNING):
        store, other = await open_store(), await open_store()
    [warning] = [record.getMessage() for record in caplog.records]
    assert "network disk (nfs4)" in warning
    assert "Set NB_STREAM_STORE to a file on a local disk" in warning
    for one in (store, other):
        assert await modes(one) == ["truncate", "truncate"]
        await say(one, await begin(one, f"s{id(one)}"), "said")
        for reader in (store, other):
            assert text_of(await body(reader, f"s{id(one)}")) == "said"


async def test_a_log_that_sqlite_refuses_is_done_without(open_store, caplog, monkeypatch):
    set_mode = journal._set_mode

    async def refusing(db, mode):
        return "delete" if mode == "WAL" else await set_mode(db, mode)

    monkeypatch.setattr(journal, "_set_mode", refusing)
    monkeypatch.setattr(journal, "_warned", set())
    store = await open_store()
    assert "it answered 'delete'" in caplog.text
    assert await modes(store) == ["truncate", "truncate"]


async def test_a_store_that_had_a_log_is_taken_over_with_all_it_holds(
    open_store, monkeypatch, caplog
):
    store = await open_store()
    await say(store, await begin(store), "kept")
    await store.close()
    monkeypatch.setattr(journal, "network_disk", lambda path: "nfs4")
    store = await open_store()
    assert text_of(await body(store)) == "kept"
    assert await modes(store) == ["truncate", "truncate"]


def test_streams_run_there(network, there, script):
    s = stream(script.say("one ", "two"))
    script.end()
    assert s.result(30) == "one two"
    info = there(lambda store: store.info(s.id))
    assert (info.status, info.length) == (Status.DONE, 7)
