# ruff: noqa: F401  (fixtures are taken by name)
import os
import subprocess

import pytest

from ..kernel.conftest import elsewhere, path, script, there
from ..store.conftest import open_store


class Disk:
    """A disk of one megabyte that can be filled, and made read-only."""

    def __init__(self, folder):
        self.folder = folder
        self._filler = folder / "filler"

    def mount(self, *options):
        run = subprocess.run(["mount", *options, self.folder], capture_output=True, check=False)
        return run.returncode == 0

    def fill(self):
        """Leave no room at all."""
        with self._filler.open("ab", buffering=0) as filler:
            for piece in (64 * 1024, 1024):
                try:
                    while True:
                        filler.write(b"x" * piece)
                except OSError:
                    pass

    def make_room(self):
        self._filler.unlink()


@pytest.fixture
def disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    disk = Disk(folder)
    if os.geteuid() != 0 or not disk.mount("-t", "tmpfs", "-o", "size=1m", "none"):
        pytest.skip("only root may mount a small disk")
    yield disk
    subprocess.run(["umount", "--lazy", folder], check=True)
