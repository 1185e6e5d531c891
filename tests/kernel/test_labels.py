"""A stream's title and tags are changed from wherever it is held."""

import pytest

from nb_persistent_stream import get, stream
from nb_persistent_stream.errors import InvalidInput
from nb_persistent_stream.kernel.views import widget_view_of

from ..store.acts import begin
from ..waiting import eventually, until


def test_a_title_and_tags_are_set_and_cleared_also_after_the_end(script):
    s = stream(script.say("Hello"), title="old", tags=["a"])
    assert (s.title, s.tags) == ("old", ("a",))
    s.title = "new"
    script.end()
    s.result(20)
    s.tags = "b"
    held = get(s.id)
    assert (held.title, held.tags, s.title, s.tags) == ("new", ("b",), "new", ("b",))
    held.title = None
    held.tags = ()
    assert (s.title, s.tags) == (None, ())


def test_what_can_be_no_title_is_refused(script):
    s = stream(script.say("Hello"), title="old")
    with pytest.raises(InvalidInput, match="Give it text"):
        s.title = 5
    assert s.title == "old"


def test_a_driver_shows_what_it_is_renamed_to_elsewhere(script, there):
    s = stream(script.say("Hello"), title="old")
    there(lambda store: store.label(s.id, title="new", tags=["a"]))
    until(lambda: (s.info.title, s.info.tags) == ("new", ("a",)))
    assert s.status in ("pending", "streaming")


async def test_one_of_another_process_is_renamed(elsewhere):
    await begin(elsewhere)
    get("one").title = "new"
    assert (await elsewhere.info("one")).title == "new"


async def test_a_page_that_comes_back_is_told_what_a_stream_is_now_called(elsewhere, script):
    s = stream(script.say("Hello"), title="old")
    s._view = widget_view_of(s._shown())
    script.end()
    await s
    await elsewhere.label(s.id, title="new")
    sent = []
    s._view.widget.send = sent.append
    s._view._attach(0)

    def states():
        return [message["state"] for message in sent if message["type"] == "state"]

    await eventually(lambda: states() and states()[-1]["title"] == "new")
    assert states()[-1]["status"] == "done"
