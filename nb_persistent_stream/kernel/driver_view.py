"""A stream in the cell that drives it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

from ..protocol import StreamInfo
from ..wire import StateRecord, state_message, state_record
from .display import Output, renew_here
from .driver import Driver
from .pace import repeat, send, sending
from .runtime import Runtime
from .widget import stream_widget

# A page that hears nothing for three seconds turns to the server as well.
_SILENCE = 2.0


class DriverView:
    """Sends what is said at once, unasked, about once a frame; an observer of its driver."""

    def __init__(self, runtime: Runtime, driver: Driver, *, reused: bool = False) -> None:
        self._runtime = runtime
        self._driver = driver
        self._sent = 0
        self._news = asyncio.Event()
        self._state_is_new = False
        self._said_standing: StateRecord | None = None
        self.widget = stream_widget(
            driver.stream_id,
            "driver",
            self._attach,
            self._cancel,
            reused=reused,
            remote=driver.store.is_remote,
        )
        self._outputs: list[Output] = []
        driver.observers.append(self)
        runtime.attend(self._send())
        runtime.submit(repeat(self.widget, lambda: self._resend(0)))

    def show(self) -> None:
        """Show the stream in the cell that runs now."""
        output = Output(self.widget)
        self._outputs.append(output)
        output.show(self._driver.info, self._driver.body.text())

    def finish(self, info: StreamInfo, text: str) -> None:
        """Put the final text into all outputs, said by the cell that runs now."""
        renew_here(info, text)

    def said(self) -> None:
        """The body has grown; called on the runtime's loop."""
        self._news.set()

    def changed(self) -> None:
        """The state has changed; called on the runtime's loop."""
        standing = self._standing()
        if standing != self._said_standing:
            self._said_standing = standing
            self._state_is_new = True
            self._news.set()

    def _standing(self) -> StateRecord:
        """The state without what grows by itself."""
        info = replace(self._driver.info, length=0)
        return state_record(info, info.created_at, self._driver.notice)

    async def _send(self) -> None:
        with sending():
            while not self._driver.info.status.final or self._sent < self._driver.body.end:
                await self._wait()
                await self._send_news()
        self._send_state()
        for output in self._outputs:
            output.renew(self._driver.info, self._driver.body.text())

    async def _wait(self) -> None:
        """Wait for news; while there are none, a state now and then says that the kernel lives."""
        # Where `wait_for` makes a task (before Python 3.12) it costs three turns of the loop.
        silence = asyncio.get_running_loop().call_later(_SILENCE, self._break_silence)
        try:
            await self._news.wait()
        finally:
            silence.cancel()
        self._news.clear()

    def _break_silence(self) -> None:
        self._state_is_new = True
        self._news.set()

    async def _send_news(self) -> None:
        if self._state_is_new and not self._driver.info.status.final:
            self._state_is_new = False
            self._send_state()
        deltas = self._driver.body.since(self._sent)
        if deltas:
            self._sent = deltas[-1].end
            await send(self.widget, deltas)

    def _send_state(self) -> None:
        info = replace(self._driver.info, length=self._driver.body.end)
        self.widget.send(state_message(info, time.time(), self._driver.notice))

    def _attach(self, offset: int) -> None:
        self._runtime.submit(self._resend(offset))

    async def _resend(self, offset: int) -> None:
        """Send what a page is missing of what was sent; what follows comes by itself."""
        if not self._driver.info.status.final:
            self._send_state()
        await send(self.widget, self._driver.body.since(offset))
        if self._driver.info.status.final:
            await self._driver.look_up_labels()
            self._send_state()

    def _cancel(self) -> None:
        self._runtime.submit(self._driver.cancel())
