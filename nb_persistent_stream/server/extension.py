"""The Jupyter server extension: it loads with the server, and opens the store when it is needed."""

from __future__ import annotations

from typing import Any

from jupyter_server.extension.application import ExtensionApp
from tornado.ioloop import PeriodicCallback
from traitlets import Float, Int

from .. import __version__
from ..config import URL_ROOT, load
from .calls import HANDLERS as CALL_HANDLERS
from .census import KernelCensus
from .crowd import CONNECTIONS, SUBSCRIPTIONS, Crowd
from .description import DescriptionHandler
from .durable.handlers import HANDLERS as DURABLE_HANDLERS
from .durable.limits import LIMITS, Limits
from .handlers import HANDLERS, NothingHandler, RootHandler
from .live import LiveHandler
from .promptness import CONNECTION_CLASS, prompt
from .shelf import SHELF, Shelf
from .static import ViewerFileHandler
from .sweeper import Sweeper

# `openapi.json` describes each of them.
ROUTES: list[tuple[Any, ...]] = [
    *HANDLERS,
    *DURABLE_HANDLERS,
    *CALL_HANDLERS,  # what they take and give is what the store's contract says (docs/http.md)
    (r"openapi\.json", DescriptionHandler),
    (r"live", LiveHandler),
    (r"static/(.+)", *ViewerFileHandler.route()),
]


class StreamExtension(ExtensionApp):
    """Serves the streams of the user's store under `nb-persistent-stream/v1`."""

    name = "nb_persistent_stream"
    version = __version__

    sweep_interval = Float(
        1.0, help="Seconds between two looks for streams whose kernel is gone."
    ).tag(config=True)
    append_limit = Int(
        16 * 1024 * 1024, help="The most bytes that one HTTP request may append to a stream."
    ).tag(config=True)
    long_poll_timeout = Float(
        20.0, help="Seconds that a long-polling read waits for what comes."
    ).tag(config=True)
    connection_limit = Int(
        2000, help="The most sockets, event streams and waiting reads at any time."
    ).tag(config=True)
    subscription_limit = Int(20_000, help="The most subscriptions of all sockets at any time.").tag(
        config=True
    )
    sse_rotation = Float(
        60.0, help="Seconds that an event stream lasts before its reader is to come again."
    ).tag(config=True)
    sse_keep_alive = Float(
        15.0, help="Seconds that an event stream is silent before it says that it is there."
    ).tag(config=True)

    _sweeping: PeriodicCallback | None = None

    def initialize_settings(self) -> None:
        """Make what the handlers share, and begin to sweep."""
        settings = load()
        self._shelf = self.settings[SHELF] = Shelf(settings)
        self.settings[LIMITS] = Limits(
            append=self.append_limit,
            long_poll=self.long_poll_timeout,
            rotation=self.sse_rotation,
            keep_alive=self.sse_keep_alive,
        )
        self.settings[CONNECTIONS] = Crowd(self.connection_limit, "live connections")
        self.settings[SUBSCRIPTIONS] = Crowd(self.subscription_limit, "live subscriptions")
        assert self.serverapp is not None  # noqa: S101  (told to the type checker)
        census = KernelCensus(self.serverapp.kernel_manager)
        self._sweeper = Sweeper(self._shelf, settings.lease, census, self.log)
        self._sweeping = PeriodicCallback(self._sweeper.sweep, self.sweep_interval * 1000)
        self._sweeping.start()
        if connection_class := self.settings.get(CONNECTION_CLASS):
            self.settings[CONNECTION_CLASS] = prompt(connection_class)

    def initialize_handlers(self) -> None:
        """Add the routes; the first one has an address without a slash at its end, too."""
        routes = [*ROUTES, (r".*", NothingHandler)]
        self.handlers.append((f"/{URL_ROOT}", RootHandler))
        self.handlers.extend((f"/{URL_ROOT}/{path}", *rest) for path, *rest in routes)

    async def stop_extension(self) -> None:
        """Let go of the store when the server stops."""
        if self._sweeping is None:
            return  # the settings were refused, and nothing was begun
        self._sweeping.stop()
        await self._sweeper.rested()
        await self._shelf.close()
