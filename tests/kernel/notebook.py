"""A real kernel as a front end sees it: cells, their outputs, and messages of widgets."""

import os
import queue
import time
from collections import defaultdict

from jupyter_client.manager import KernelManager

from ..waiting import DEADLINE

KERNEL_ID, CELL_ID = "0f3c5e7a-kernel", "a-cell"
MIME = "application/vnd.nb-persistent-stream.v1+json"
WIDGET = "application/vnd.jupyter.widget-view+json"


class Notebook:
    """Runs cells and keeps all that the kernel publishes."""

    def __init__(self, folder, **env):
        # The name that a Jupyter server gives it.
        self.manager = KernelManager(connection_file=str(folder / f"kernel-{KERNEL_ID}.json"))
        self.manager.start_kernel(env=os.environ | env)
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)
        self.outputs = defaultdict(list)  # by the cell's message id: (type, content)
        self.comms = defaultdict(list)  # by the comm's id: contents of custom messages
        self.opened = {}  # by the comm's id: the state that a widget's page begins with
        self._idle = set()

    def close(self):
        self.client.stop_channels()
        if self.manager.has_kernel:
            self.manager.shutdown_kernel(now=True)

    def begin(self, code, **metadata):
        """Send a cell off, with more metadata if need be; gives its message id."""
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False}
        session = self.client.session
        message = session.msg("execute_request", content, metadata={"cellId": CELL_ID, **metadata})
        self.client.shell_channel.send(message)
        return message["header"]["msg_id"]

    def run(self, code, **metadata):
        """Run a cell to its end; gives its message id."""
        cell = self.begin(code, **metadata)
        self.until(lambda: self.has_ended(cell))
        errors = [c for kind, c in self.outputs[cell] if kind == "error"]
        assert not errors, "\n".join(errors[0]["traceback"])
        return cell

    def has_ended(self, cell):
        """Whether a cell runs no more."""
        return cell in self._idle

    def until(self, condition):
        """Take in what the kernel publishes until the condition holds; gives what it gave."""
        end = time.monotonic() + DEADLINE
        while not (value := condition()):
            assert time.monotonic() < end, f"{condition} did not come true: {dict(self.outputs)}"
            self._take(0.05)
        return value

    def say(self, comm, **content):
        """Send a widget's custom message, as a page does."""
        data = {"comm_id": comm, "data": {"method": "custom", "content": content}}
        self.client.shell_channel.send(self.client.session.msg("comm_msg", data))

    def shown(self, cell):
        """The bundles that a cell has displayed, or shown as its result."""
        kinds = ("display_data", "execute_result")
        return [c["data"] for kind, c in self.outputs[cell] if kind in kinds]

    def updates(self):
        """The bundles that any cell has brought up to date."""
        outputs = [output for cell in list(self.outputs.values()) for output in cell]
        return [c["data"] for kind, c in outputs if kind == "update_display_data"]

    def printed(self, cell):
        """What a cell has printed."""
        return "".join(c["text"] for kind, c in self.outputs[cell] if kind == "stream")

    def heard(self, comm, type_):
        """A widget's custom messages of one type."""
        return [content for content in self.comms[comm] if content["type"] == type_]

    def statuses(self, comm):
        """The statuses that a widget's page was sent."""
        return [message["state"]["status"] for message in self.heard(comm, "state")]

    def text(self, comm):
        """The text of all deltas that a widget's page was sent; they must be gapless."""
        text, end = "", 0
        for message in self.heard(comm, "deltas"):
            for delta in message["deltas"]:
                assert delta["offset"] == end
                text += delta["text"]
                end += len(delta["text"].encode())
        return text

    def _take(self, timeout):
        try:
            message = self.client.get_iopub_msg(timeout=timeout)
        except queue.Empty:
            return
        kind, content = message["msg_type"], message["content"]
        cell = message["parent_header"].get("msg_id")
        if kind == "status" and content["execution_state"] == "idle":
            self._idle.add(cell)
        elif kind == "comm_open":
            self.opened[content["comm_id"]] = content["data"]["state"]
        elif kind == "comm_msg" and content["data"].get("method") == "custom":
            self.comms[content["comm_id"]].append(content["data"]["content"])
        elif kind in ("display_data", "execute_result", "update_display_data", "stream", "error"):
            self.outputs[cell].append((kind, content))


def comm_of(bundle):
    """The id of the comm behind a stream's output."""
    return bundle[MIME]["model_id"]
