"""What a whole stream costs its kernel and its page, counted in a real kernel.

No count depends on how fast anything is: the source says all at once, or waits for the store. Only
messages come by time, and no more often than frames do.
"""

import json
from dataclasses import dataclass

import pytest

from .counted import DELTAS, TEXT
from .notebook import Notebook

_DONE = '"status": "done"'


@dataclass
class Message:
    kind: str
    size: int
    text: str


@dataclass
class Costs:
    """What one stream asked of its loop and its store, and the messages that it sent."""

    counts: dict
    messages: list

    @property
    def first(self):
        """The place of the first message with text."""
        return next(n for n, message in enumerate(self.messages) if "quick" in message.text)

    def size(self, first, last=None):
        return sum(message.size for message in self.messages[first:last])


class Page(Notebook):
    """Keeps the size on the wire of what is sent to it, and the text."""

    def __init__(self, *args, **env):
        super().__init__(*args, **env)
        self.messages = []
        hear = self.client.get_iopub_msg

        def keep(**how):
            message = hear(**how)
            if message["msg_type"] == "comm_open":
                self.messages.clear()  # the last words of the stream before
            if message["msg_type"].startswith(("comm", "display", "update_display")):
                parts = self.client.session.serialize(message)
                text = json.dumps(message["content"])
                self.messages.append(Message(message["msg_type"], sum(map(len, parts)), text))
            return message

        self.client.get_iopub_msg = keep

    def costs(self, say):
        counted = self.run(f"counted.count(counted.{say})")
        self.until(
            lambda: self._heard("update_display_data", "quick") and self._heard("comm_msg", _DONE)
        )
        return Costs(json.loads(self.printed(counted)), list(self.messages))

    def _heard(self, kind, text):
        return any(message.kind == kind and text in message.text for message in self.messages)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kernel")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("USER", "user")  # who is named in each message
        page = Page(
            folder, NB_STREAM_STORE=str(folder / "streams.db"), NB_STREAM_DURABILITY="normal"
        )
    page.run("from nb_persistent_stream import stream\nfrom tests.kernel import counted")
    page.run("stream(['all is imported and open']).result()")
    yield page
    page.close()


def test_what_is_said_at_once_costs_no_more_than_one_delta(page):
    costs = page.costs("at_once")
    assert costs.counts["statement"] <= 8
    assert costs.counts["turn"] <= 60
    assert costs.counts["task"] <= 20
    assert costs.counts["timer"] <= 10
    assert len(costs.messages) <= 7
    # The text once as it is said, and as Markdown and as plain text at the end.
    assert costs.size(costs.first) <= 3.02 * len(TEXT) + 3000


@pytest.mark.parametrize("say", ["word_by_word", "as_models_do"])
def test_each_delta_costs_a_commit_and_some_turns_and_no_timer(page, say):
    costs = page.costs(say)
    messages = len(costs.messages)
    assert messages <= 60 * costs.counts["seconds"] + 10  # one a frame
    assert costs.counts["statement"] <= DELTAS + 10  # each is a commit
    assert costs.counts["turn"] <= 8 * DELTAS
    assert costs.counts["task"] <= DELTAS + 20
    assert costs.counts["timer"] <= 2 * messages + 20
    assert costs.size(costs.first) <= 3.5 * len(TEXT) + 1000 * messages


def test_little_is_sent_before_the_first_delta(page):
    costs = page.costs("at_once")
    assert costs.first <= 3
    assert costs.size(0, costs.first) <= 6000
