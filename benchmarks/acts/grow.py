"""A body of many megabytes: `grow BYTES`; prints the memory it takes, and the CPU along the way."""

import json
import os
import sys
import time
from collections.abc import Iterator
from itertools import pairwise

from benchmarks.processes import memory
from nb_persistent_stream import stream

WORD = "the quick brown fox jumps over the lazy dogs now. "
PART = 1_000_000


def main() -> None:
    size = int(sys.argv[1])
    stream(iter([WORD]), show=False).result()  # all is imported and open
    before = memory(os.getpid())
    marks: list[float] = []

    def words() -> Iterator[str]:
        for number in range(size // len(WORD)):
            if number * len(WORD) % PART == 0:
                marks.append(time.process_time())
            yield WORD

    handle = stream(words(), show=False)
    handle.result()
    marks.append(time.process_time())
    held = memory(os.getpid()) - before
    parts = [later - sooner for sooner, later in pairwise(marks)]
    print(json.dumps({"held": held, "parts": parts}))


main()
