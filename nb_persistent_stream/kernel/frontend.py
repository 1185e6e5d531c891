"""What this process is shown by: a notebook, a terminal, or nothing."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# The word of our own in the metadata of a cell's execution: `js/src/lab/reruns.ts` writes it.
AFRESH = "nb-persistent-stream:afresh"
_CONNECTION_FILE = re.compile(r"kernel-(.+)\.json")


@dataclass(frozen=True, slots=True)
class Cell:
    """The cell that runs now; `execution` tells one run of it from another.

    `afresh` is whether a person asked for this run so that nothing is reused in it.
    """

    execution: str | None = None
    cell_id: str | None = None
    afresh: bool = False


def shell() -> Any | None:
    """IPython's shell if it runs, without importing IPython where it was not."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def in_kernel() -> bool:
    """Whether this process is a Jupyter kernel, so that outputs can be displayed."""
    return hasattr(shell(), "kernel")


def has_server() -> bool:
    """Whether the page may fetch from a Jupyter server; else it reaches nothing but this kernel.

    VS Code, Colab and marimo show cells in pages of their own. Others are taken for Jupyter's.
    """
    return in_kernel() and "google.colab" not in sys.modules and not _in_vscode()


def _in_vscode() -> bool:
    if session := os.environ.get("JPY_SESSION_NAME"):
        return "-jvsc-" in session  # on a server it makes up a name for its session
    # Else it started this kernel itself, and told it its file's name, or at least its own.
    own_names = (*shell().user_ns, *os.environ)  # type: ignore[union-attr]
    return any(name.startswith(("__vsc_ipynb_file__", "VSCODE_")) for name in own_names)


def in_terminal() -> bool:
    """Whether a person reads this process's output in a terminal."""
    return not in_kernel() and sys.stdout is not None and sys.stdout.isatty()


def cell() -> Cell:
    """The cell that runs now; in a script there is none."""
    ipython = shell()
    if ipython is None:
        return Cell()
    if not in_kernel():
        return Cell(execution=f"input {ipython.execution_count}")
    parent = ipython.get_parent() or {}
    metadata = parent.get("metadata", {})
    return Cell(
        execution=parent.get("header", {}).get("msg_id"),
        cell_id=metadata.get("cellId"),
        afresh=metadata.get(AFRESH) is True,
    )


def notebook() -> str | None:
    """The notebook's path, as the server gave it to the kernel; nbclassic names its folder only."""
    path = os.environ.get("JPY_SESSION_NAME", "")
    return path if path and not path.endswith(("/", os.sep)) else None


def kernel_id() -> str | None:
    """The kernel's id on its server, which is in the name of its connection file."""
    if not in_kernel():
        return None
    from ipykernel.connect import get_connection_file  # noqa: PLC0415  (a kernel has it)

    match = _CONNECTION_FILE.fullmatch(Path(get_connection_file()).name)
    return match[1] if match else None
