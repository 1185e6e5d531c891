"""Measure all, and print the table: `python -m benchmarks.run [NAME ...]`."""

from __future__ import annotations

import importlib
import sys
from contextlib import suppress
from pathlib import Path

from .table import HEAD, line

NAMES = [
    *("driver", "writes", "latency", "pixels", "catchup", "lists", "growth", "idle", "imports"),
]


def main() -> None:
    before = ticks()
    print(HEAD, flush=True)
    for name in sys.argv[1:] or NAMES:
        for row in importlib.import_module(f"benchmarks.rows.{name}").rows():
            print(line(row), flush=True)
    print(f"\nOther machines took {100 * stolen(before):.0f} % of this one's processors.")


def ticks() -> list[int]:
    """What the processors did since they were started; empty where no system tells."""
    with suppress(OSError):
        return [int(field) for field in Path("/proc/stat").read_text().split()[1:9]]
    return []


def stolen(before: list[int]) -> float:
    """The share of the time since `before` that a virtual machine did not get."""
    passed = [now - then for now, then in zip(ticks(), before, strict=True)]
    return passed[7] / max(1, sum(passed)) if passed else 0.0


if __name__ == "__main__":
    main()
