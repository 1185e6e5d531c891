"""A provider that goes on with its answers by itself, in a process of its own.

It speaks OpenAI Responses in background mode as it is documented:
https://developers.openai.com/api/docs/guides/background
What it did, and what it shall do, is asked and told at `/control`.
"""

import json
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

WORDS = 120
REASONING = ["I think", " of **wal", "s**", "\n\n", "and of dö", "ors."]
TEXT = [f"{n} ünd wörter{n * n}" + ("\n\n" if n % 17 == 0 else ", ") for n in range(WORDS)]
ARGUMENTS = ['{"for"', ': "wal', '", "n": 3}']


def said(kind):
    """What the body is to have of a kind."""
    text = {"reasoning": "".join(REASONING), "text": "".join(TEXT) + "😀!"}
    return text.get(kind) or "".join(ARGUMENTS) + "{}"


def script():
    """The events of an answer, but for what is the same in each."""
    yield "created", {"status": "queued"}
    yield "in_progress", {"status": "in_progress"}
    yield "output_item.added", {"output_index": 0, "item": {"type": "reasoning", "id": "rs_1"}}
    part = 0
    for words in REASONING:
        if words == "\n\n":
            part += 1
            yield "reasoning_summary_part.added", {"output_index": 0, "summary_index": part}
        else:
            yield "reasoning_summary_text.delta", {"output_index": 0, "delta": words}
    yield "output_item.added", {"output_index": 1, "item": {"type": "message", "id": "msg_1"}}
    for words in [*TEXT, "\ud83d", "\ude00", "!"]:
        yield "output_text.delta", {"output_index": 1, "delta": words}
    for index, arguments in ((2, ARGUMENTS), (3, [])):
        item = {"type": "function_call", "call_id": f"call_{index}", "name": "find"}
        yield "output_item.added", {"output_index": index, "item": item}
        for words in arguments:
            yield "function_call_arguments.delta", {"output_index": index, "delta": words}
    yield "completed", {"status": "completed", "usage": {"output_tokens": 9}}


def output():
    """The items of an answer that is over."""
    parts = "".join(REASONING).split("\n\n")
    calls = [
        {"type": "function_call", "call_id": f"call_{n}", "name": "find", "arguments": arguments}
        for n, arguments in ((2, "".join(ARGUMENTS)), (3, ""))
    ]
    return [
        {
            "type": "reasoning",
            "id": "rs_1",
            "summary": [{"type": "summary_text", "text": part} for part in parts],
        },
        {
            "type": "message",
            "id": "msg_1",
            "content": [{"type": "output_text", "text": said("text")}],
        },
        *calls,
    ]


class Answer:
    """One answer, which is said to the end whoever listens."""

    def __init__(self, number):
        self.id = f"resp_{number}"
        self.events = []
        self.status = "queued"
        self.news = threading.Condition()
        threading.Thread(target=self.say, daemon=True).start()

    def say(self):
        for name, fields in self.events_to_come():
            while len(self.events) >= CONTROL["most"] and self.status != "cancelled":
                time.sleep(0.002)
            if self.status == "cancelled":
                return
            self.add(name, fields)
            time.sleep(CONTROL["pace"])

    def events_to_come(self):
        for name, fields in script():
            if CONTROL["fails"] and name == "output_text.delta":
                error = {"code": "server_error", "message": "The model fell over"}
                yield "failed", {"status": "failed", "error": error}
                return
            yield name, fields

    def add(self, name, fields):
        event = {"type": f"response.{name}", "sequence_number": len(self.events)}
        if "status" in fields:
            self.status = fields["status"]
            event["response"] = {"id": self.id, "object": "response", "model": "m-2026", **fields}
        else:
            event |= fields
        with self.news:
            self.events.append(event)
            self.news.notify_all()

    def whole(self):
        """The answer as an object: without its output, until it is over."""
        end = {"output_tokens": 9} if self.status == "completed" else None
        found = {"id": self.id, "object": "response", "model": "m-2026", "status": self.status}
        return found | {"output": output() if self.is_over() else [], "usage": end}

    def is_over(self):
        return self.status in ("completed", "failed", "cancelled")

    def after(self, number):
        """The events from a number on, waited for where there is none yet."""
        with self.news:
            self.news.wait_for(lambda: len(self.events) > number or self.is_over(), 60)
            return self.events[number:]


CONTROL = {"pace": 0.002, "most": 10**9, "fails": False, "cuts": [], "refuses": None, "whole": True}
ANSWERS = {}
ASKED = []


class Handler(BaseHTTPRequestHandler):
    """The documented wire, and `/control`."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or "{}")
        if self.path == "/control":
            CONTROL.update(body)
            self.reply({"asked": ASKED, "said": [len(a.events) for a in ANSWERS.values()]})
            return
        ASKED.append([self.path, body])
        if self.path.endswith("/cancel"):
            answer = ANSWERS[self.path.split("/")[-2]]
            answer.status = "cancelled"
            self.reply({"id": answer.id, "object": "response", "status": "cancelled"})
            return
        if not (body.get("background") and body.get("stream") and body.get("store")):
            self.refuse(400, "this test asks in the background")
            return
        answer = Answer(len(ANSWERS) + 1)
        ANSWERS[answer.id] = answer
        self.stream(answer, -1)

    def do_GET(self):
        address = urlsplit(self.path)
        query = parse_qs(address.query)
        ASKED.append([address.path, {name: values[0] for name, values in query.items()}])
        if CONTROL["refuses"] and ("stream" in query or not CONTROL["whole"]):
            self.refuse(CONTROL["refuses"], "no")
        elif (answer := ANSWERS.get(address.path.split("/")[-1])) is None:
            self.refuse(404, "not found")
        elif "stream" in query:
            self.stream(answer, int(query.get("starting_after", ["-1"])[0]))
        else:
            self.reply(answer.whole())

    def stream(self, answer, after):
        """All events of a number above `after`; the connection may be cut before their end."""
        cut = CONTROL["cuts"].pop(0) if CONTROL["cuts"] else None
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        number, sent = after + 1, 0
        while True:
            events = answer.after(number)
            for event in events:
                if sent == cut:
                    self.close_connection = True
                    return  # without the last chunk: the socket drops
                self.chunk(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n")
                sent += 1
            number += len(events)
            if answer.is_over() and number == len(answer.events):
                self.chunk("")
                return

    def chunk(self, text):
        self.wfile.write(f"{len(text.encode()):x}\r\n{text}\r\n".encode())
        self.wfile.flush()

    def reply(self, value, status=200):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(value).encode())

    def refuse(self, status, message):
        self.reply({"error": {"message": message, "type": "invalid_request_error"}}, status)

    def log_message(self, *args):
        pass


class Provider:
    """The server as a test sees it."""

    def __init__(self, url):
        self.root = url
        self.url = f"{url}/v1"

    def control(self, **more):
        """Tell it what to do; gives what it did."""
        request = urllib.request.Request(f"{self.root}/control", json.dumps(more).encode())
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    @property
    def generations(self):
        return len(self.control()["said"])

    def asked(self, end=""):
        """What was asked at paths with this end."""
        return [body for path, body in self.control()["asked"] if path.endswith(end)]


@contextmanager
def running():
    """The provider, in its own process, for the length of a block."""
    command = [sys.executable, "-m", "tests.kernel.background"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Provider(process.stdout.readline().strip())
        finally:
            process.kill()


class Server(ThreadingHTTPServer):
    """One that says nothing of readers who are gone."""

    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


if __name__ == "__main__":
    server = Server(("127.0.0.1", 0), Handler)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
