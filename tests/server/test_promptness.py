"""What a kernel says goes to its page at once."""

import json
import socket

import pytest
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler

from nb_persistent_stream.server.promptness import CONNECTION_CLASS

from ..waiting import eventually

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
    [handler] = await eventually(lambda: opened)
    connection = handler.ws_connection.stream.socket
    assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    page.close()
    while await page.read_message() is not None:
        pass
    await jp_fetch("api", "kernels", kernel_id, method="DELETE")


def test_what_the_user_chose_for_these_sockets_is_kept(server):
    chosen = server.kernel_websocket_connection_class
    used = server.web_app.settings[CONNECTION_CLASS]
    assert issubclass(used, chosen)
    assert set(chosen.section_names()) < set(used.section_names())  # the settings that it obeys
