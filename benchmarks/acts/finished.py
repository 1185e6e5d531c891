"""Finished streams: `finished DELTAS SIZE [STREAMS]`; prints their ids."""

import json
import sys

from benchmarks.stamps import stamped
from nb_persistent_stream import create


def main() -> None:
    deltas, size = int(sys.argv[1]), int(sys.argv[2])
    streams = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    ids = []
    for _ in range(streams):
        with create(show=False, chunk_by=size) as writer:
            for number in range(deltas):
                # Kinds in turn are never merged: each delta is a row of its own.
                writer.write(stamped().ljust(size), kind="text" if number % 2 else "reasoning")
        ids.append(writer.id)
    print(json.dumps(ids))


main()
