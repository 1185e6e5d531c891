"""A body of many megabytes: `grow BYTES`; prints the memory it takes, and the CPU along the way."""

import json
import os
import sys
import time

from benchmarks.processes import memory
from nb_persistent_stream import stream

WORD = "the quick brown fox jumps over the lazy dogs now. "
PART = 1_000_000


def main() -> None:
    size = int(sys.argv[1])
    stream(iter([WORD]), show=False).result()  # all is imported and open
    before = memory(os.getpid())
    marks: list[float] = []

    def words():  # noqa: ANN202
        for number in range(size // len(WORD)):
            if number * len(WORD) % PART == 0:
                marks.append(time.process_time())
            yield WORD

    handle = stream(words(), show=False)
    handle.result()
    marks.append(time.process_time())
    held = memory(os.getpid()) - before
    parts = [later - sooner for sooner, later in zip(marks, marks[1:], strict=False)]
    print(json.dumps({"held": held, "parts": parts}))


main()
