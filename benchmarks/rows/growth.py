"""What a long body costs: memory, and CPU a delta as it grows."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator

from ..processes import measured
from ..table import Row

SIZE = 10_000_000


def rows() -> Iterator[Row]:
    """The driver's memory for 10 MB, and its CPU for the last two megabytes over the first two."""
    with tempfile.TemporaryDirectory() as folder:
        told = measured("grow", SIZE, env={"NB_STREAM_STORE": f"{folder}/s.db"})
    held = told["held"] / SIZE
    yield Row("driver's memory for a 10 MB body", "× the body", held, goal="≤ 3", met=held <= 3)
    parts = told["parts"]
    ratio = sum(parts[-2:]) / sum(parts[:2])
    yield Row(
        "driver's and store's CPU a delta at 10 MB over that at 1 MB", "×", ratio,
        goal="≤ 1.2", met=ratio <= 1.2,
    )  # fmt: skip
