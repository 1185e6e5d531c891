"""A provider that counts what it is asked, and answers when it is told to."""

import json
import threading
from contextlib import contextmanager

from ..sources.serving import begin, send, serving


class Provider:
    """Speaks chat completions; `asked` are the requests it got, `more` the last chunks."""

    def __init__(self):
        self.asked = []
        self.url = ""
        self.says = "It is {count}."
        self.more = []
        self.go = threading.Event()
        self.go.set()

    def answer(self, handler):
        self.asked.append(json.loads(handler.request_body))
        if self.says is None:
            handler.send_error(500)
            return
        begin(handler)
        for word in self.says.format(count=len(self.asked)).split(" "):
            chunk = {"choices": [{"index": 0, "delta": {"content": word + " "}}]}
            send(handler, f"data: {json.dumps(chunk)}\n\n")
            self.go.wait(20)
        for chunk in self.more:
            send(handler, f"data: {json.dumps(chunk)}\n\n")
        send(handler, "data: [DONE]\n\n")


@contextmanager
def providing():
    provider = Provider()

    def answer(handler):
        provider.answer(handler)

    with serving(answer) as url:
        provider.url = f"{url}/v1"
        yield provider
        provider.go.set()
