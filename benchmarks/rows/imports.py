"""What the package costs before it is used."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable, Iterator

from ..table import Row, in_turn


def rows() -> Iterator[Row]:
    """The CPU of an import over that of a bare interpreter."""
    figures = in_turn(9, {
        "bare": _cpu("pass"),
        "ours": _cpu("import nb_persistent_stream"),
        "ours, stream too": _cpu("from nb_persistent_stream import stream"),
        "ipywidgets": _cpu("import ipywidgets"),
        "openai": _cpu("import openai"),
    })  # fmt: skip
    bare, ours, used = (figures.pop(name) for name in ("bare", "ours", "ours, stream too"))
    peers = {name: value - bare for name, value in figures.items()}
    yield Row(
        "import of nb_persistent_stream", "ms", ours - bare, peers, goal="≤ 40",
        met=ours - bare <= 40,
    )  # fmt: skip
    yield Row("and of its `stream`", "ms", used - bare, goal="reported")


def _cpu(code: str) -> Callable[[], float]:
    def measure() -> float:
        before = _children()
        subprocess.run([sys.executable, "-c", code], check=True)
        return 1000 * (_children() - before)

    return measure


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
