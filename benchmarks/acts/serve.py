"""A Jupyter server with the extension; prints its port on a line of its own when it listens."""

import sys
import warnings
from typing import Any

from jupyter_server.auth.decorator import ws_authenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from jupyter_server.serverapp import ServerApp
from tornado.websocket import WebSocketHandler

from benchmarks.processes import TOKEN


class BareHandler(WebSocketMixin, WebSocketHandler, JupyterHandler):
    """A socket of this server on which nothing is said."""

    @ws_authenticated
    async def get(self, *args: Any, **kwargs: Any) -> None:
        await super().get(*args, **kwargs)

    def on_message(self, message: str | bytes) -> None:
        pass


def main() -> None:
    warnings.simplefilter("ignore", DeprecationWarning)
    folder = sys.argv[1]
    app = ServerApp()
    app.initialize(
        [
            *("--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0"),
            *(f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder}"),
            *("--log-level=ERROR", "--LabApp.log_level=ERROR"),
            "--LabApp.expose_app_in_browser=True",
        ]
    )
    app.web_app.add_handlers(".*", [("/bare", BareHandler)])  # type: ignore[no-untyped-call]
    print(f"port {app.port}", flush=True)
    app.start()


main()
