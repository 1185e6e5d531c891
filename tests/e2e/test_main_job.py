"""The three uses, as a person meets them in JupyterLab."""

import time


SLOW = """
import time
from nb_persistent_stream import stream
def words():
    for n in range({count}):
        yield f"word{{n}} "
        time.sleep({pause})
s = stream(words(), title="Slow words")
"""


def test_a_cell_streams_and_ends_as_it_is_stored(lab, open_notebook):
    page = open_notebook(
        "one.ipynb",
        'from nb_persistent_stream import stream\nstream("Explain WAL mode", model="demo", pace=100)',
    )
    page.run(0)
    page.wait_status("streaming")
    page.wait_text("You asked")
    page.wait_status("done")
    [stream_id] = lab.stream_ids()
    assert page.text() == lab.body(stream_id)
    assert "Explain WAL mode" in page.text()
    assert page.view().count() == 1
