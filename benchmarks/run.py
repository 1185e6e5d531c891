"""Measure all, and print the table: `python -m benchmarks.run [NAME ...]`."""

from __future__ import annotations

import importlib
import sys

from .table import HEAD, line

NAMES = [
    *("driver", "writes", "latency", "pixels", "catchup", "lists", "growth", "idle", "imports"),
]


def main() -> None:
    print(HEAD, flush=True)
    for name in sys.argv[1:] or NAMES:
        for row in importlib.import_module(f"benchmarks.rows.{name}").rows():
            print(line(row), flush=True)


if __name__ == "__main__":
    main()
