"""The store's file among other users of the machine: it is its user's alone."""

import os
import stat
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

from nb_persistent_stream.errors import StoreError
from nb_persistent_stream.store.private import close_to_others

from .acts import begin

NOBODY = 65534
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def shared():
    """A folder in which everybody may write, as /tmp is."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o1777)
        yield Path(name)


def read_as_another(path):
    """Whether another user can read a file, or list a folder."""
    command = ["ls", str(path)] if path.is_dir() else ["cat", str(path)]
    done = subprocess.run(command, check=False, user=NOBODY, capture_output=True)
    return done.returncode == 0


@as_root
async def test_another_user_can_read_nothing_of_it(shared, open_store):
    path = shared / "streams.db"
    await begin(await open_store(path))
    assert read_as_another(shared)
    files = sorted(shared.iterdir())
    assert len(files) == 3
    assert not any(map(read_as_another, files))


@as_root
async def test_a_folder_that_it_makes_is_closed_to_others(shared, open_store):
    await open_store(shared / "own" / "streams.db")
    assert not read_as_another(shared / "own")


async def test_a_file_that_others_could_read_is_closed_to_them(path, open_store):
    first = await open_store()
    await begin(first)
    files = [path, Path(f"{path}-wal"), Path(f"{path}-shm")]
    for file in files:
        file.chmod(0o666)
    await begin(await open_store(), "two")
    assert [mode(file) for file in files] == [0o600] * 3
    assert (await first.info("two")).id == "two"


@pytest.mark.parametrize("target", ["there", "not there"])
async def test_a_link_is_not_followed_and_the_way_out_is_said(tmp_path, open_store, target):
    real, link = tmp_path / "real.db", tmp_path / "streams.db"
    if target == "there":
        await begin(await open_store(real))
    link.symlink_to(real)
    with pytest.raises(StoreError, match="symbolic link") as caught:
        await open_store(link)
    assert f"set NB_STREAM_STORE to the file itself: {real}" in str(caught.value)
    assert real.exists() == (target == "there")
    await open_store(real)


async def test_a_folder_may_be_a_link(tmp_path, open_store):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    await begin(await open_store(tmp_path / "link" / "streams.db"))
    assert mode(tmp_path / "real" / "streams.db") == 0o600


@pytest.mark.parametrize("suffix", ["-wal", "-shm"])
async def test_a_link_beside_it_leads_nowhere(tmp_path, open_store, suffix):
    path, victim = tmp_path / "streams.db", tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / f"streams.db{suffix}").symlink_to(victim)
    with suppress(StoreError):  # SQLite refuses it, or removes it as a journal that is left over
        await begin(await open_store(path))
    assert victim.read_text() == "precious"


@as_root
def test_what_another_user_put_there_is_refused(shared):
    planted = shared / "streams.db"
    planted.touch()
    planted.chmod(0o666)
    os.seteuid(NOBODY)
    try:
        with pytest.raises(StoreError, match="belongs to another user"):
            close_to_others(planted)
    finally:
        os.seteuid(0)
    assert mode(planted) == 0o666
