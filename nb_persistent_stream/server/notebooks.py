"""A notebook's two names: a page knows its path below the server's root, a kernel its file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from jupyter_server.utils import ApiPath, to_os_path


@dataclass(frozen=True, slots=True)
class Root:
    """The folder that a server serves; empty where its notebooks are no files."""

    folder: str

    @classmethod
    def of(cls, contents_manager: Any) -> Root:
        """The root of a server's contents."""
        return cls(getattr(contents_manager, "root_dir", ""))

    @property
    def prefix(self) -> str:
        """What the name of each file below begins with."""
        return os.path.join(self.folder, "")

    def file(self, path: str) -> str:
        """A notebook as kernels name it, and the store."""
        return to_os_path(ApiPath(path), self.folder)

    def path(self, file: str | None) -> str | None:
        """A notebook as pages name it; None when it lies outside."""
        try:
            return file and PurePath(file).relative_to(self.folder).as_posix()
        except ValueError:
            return None
