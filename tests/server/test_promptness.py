"""What a kernel says goes to its page at once."""

import json
import socket

import pytest
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler

from nb_persistent_stream.server.promptness import CONNECTION_CLASS, prompt

pytestmark = pytest.mark.slow


@pytest.fixture
def opened(monkeypatch):
    """The handlers of kernels' sockets, once each is open."""
    handlers, open_ = [], KernelWebsocketHandler.open

    async def noted(self, kernel_id):
        await open_(self, kernel_id)
        handlers.append(self)

    monkeypatch.setattr(KernelWebsocketHandler, "open", noted)
    return handlers


async def test_no_message_of_a_kernel_waits_for_the_acknowledgement_of_the_one_before(
    server, jp_fetch, jp_ws_fetch, opened
):
    answer = await jp_fetch("api", "kernels", method="POST", body=json.dumps({"name": "python3"}))
    kernel_id = json.loads(answer.body)["id"]
    page = await jp_ws_fetch("api", "kernels", kernel_id, "channels")
    message = await page.read_message()
    assert message is not None
    [handler] = opened
    connection = handler.ws_connection.stream.socket
    assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    page.close()
    while await page.read_message() is not None:
        pass
    await jp_fetch("api", "kernels", kernel_id, method="DELETE")


def test_what_the_user_chose_for_these_sockets_is_kept(server):
    chosen = type("Chosen", (), {"connect": lambda _: "connected", "answer": 42})
    assert prompt(chosen).answer == 42
    used = server.web_app.settings[CONNECTION_CLASS]
    assert issubclass(used, server.kernel_websocket_connection_class)
