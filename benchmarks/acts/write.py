"""Say as fast as the store takes it: `write COUNT`; prints deltas a second, and the commits."""

import json
import os
import sqlite3
import sys
import time

from nb_persistent_stream import stream

WORD = "the quick brown fox jumps over the lazy dogs now. "


def main() -> None:
    count = int(sys.argv[1])
    start = time.perf_counter()
    handle = stream((WORD for _ in range(count)), show=False)
    handle.result()
    seconds = time.perf_counter() - start
    with sqlite3.connect(os.environ["NB_STREAM_STORE"]) as db:
        asked = "SELECT count(*), count(DISTINCT created_at) FROM deltas"
        rows, commits = db.execute(asked).fetchone()
    print(json.dumps({"rate": count / seconds, "rows": rows, "commits": commits}))


main()
