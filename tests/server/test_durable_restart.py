"""A producer whose server is killed under it: nothing is lost, and nothing is there twice."""

import itertools
import json
import threading
import urllib.error
import urllib.request

import pytest

from ..waiting import until
from .process import TOKEN, JupyterServer

pytestmark = pytest.mark.slow


@pytest.fixture
def server(tmp_path):
    server = JupyterServer(tmp_path, tmp_path / "streams.db", lease=15)
    yield server
    server.stop()


class Producer(threading.Thread):
    """Appends numbered messages, each until the server has said that it has it."""

    def __init__(self, url):
        super().__init__()
        self.url = url
        self.accepted = 0
        self.retries = 0
        self.enough = threading.Event()

    def run(self):
        for sequence in itertools.count():
            if self.enough.is_set():
                return
            while self.append(sequence) is None:
                self.retries += 1
            self.accepted = sequence + 1

    def append(self, sequence):
        producer = {"Producer-Id": "p", "Producer-Epoch": "0", "Producer-Seq": str(sequence)}
        try:
            return request(self.url, "POST", json.dumps(sequence), producer).status
        except urllib.error.HTTPError:
            raise  # it answered, and not as it should
        except OSError:
            return None


def request(url, method="GET", body=None, headers=()):
    headers = {
        "Authorization": f"token {TOKEN}",
        "Content-Type": "application/json",
        **dict(headers),
    }
    data = body and body.encode()
    return urllib.request.urlopen(
        urllib.request.Request(url, data, headers, method=method), timeout=30
    )


def test_a_killed_server_loses_and_repeats_nothing(server):
    url = f"{server.url}/nb-persistent-stream/v1/stream/numbers"
    request(url, "PUT")
    producer = Producer(url)
    producer.start()
    try:
        for _ in range(2):
            reached = producer.accepted
            until(lambda reached=reached: producer.accepted > reached + 20)
            server.kill()
            server.start()
    finally:
        producer.enough.set()
        producer.join(60)
    assert producer.retries > 0
    numbers, offset = [], "-1"
    while True:
        answer = request(f"{url}?offset={offset}")
        numbers += json.loads(answer.read())
        offset = answer.headers["Stream-Next-Offset"]
        if answer.headers["Stream-Up-To-Date"]:
            break
    assert numbers == list(range(producer.accepted))
