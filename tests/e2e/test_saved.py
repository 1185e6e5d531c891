"""A notebook's file holds a stream soon after it appeared, though nobody saves."""

import pytest

from .lab import wait_for

AT_ONCE = {
    "said at once": """
from nb_persistent_stream import stream
stream(["All of it."])
""",
    "said before it is shown": """
import subprocess, sys
code = "from nb_persistent_stream import create\\nwith create() as w: w.write('All of it.')"
subprocess.run([sys.executable, "-c", code], check=True)
from nb_persistent_stream import watch
watch()
""",
}


@pytest.mark.parametrize("how", AT_ONCE)
def test_a_stream_that_ends_at_once_is_saved(how, shared_lab, book_in):
    book = book_in(shared_lab("lab"))
    page = book.open_and_run(AT_ONCE[how])
    page.wait_status("done")
    wait_for(lambda: "All of it." in book.markdown(), "the text in the file")
