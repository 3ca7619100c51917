"""Lets streams end before their server does: most servers wait for what is open, some for ever."""

import asyncio
import os
import signal
import threading
from collections.abc import Awaitable, Callable
from typing import Any

GRACE = 1.0  # seconds


def before_shutdown(end: Callable[[], Awaitable[None]]) -> None:
    """Has ``end`` run by the running loop when a signal asks the process to stop.

    After it, or after ``GRACE``, the handler is called that was there before, which is the
    server's: what to do upon a signal stays its decision. A second signal goes to it at once. To
    be called in the thread of a running loop; only the main thread can handle signals.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        previous = signal.getsignal(number)
        if isinstance(previous, _Handler) and not previous.has_had_its_turn:
            previous.loop, previous.end = loop, end
        else:
            signal.signal(number, _Handler(previous, loop, end))


class _Handler:
    def __init__(
        self, previous: Any, loop: asyncio.AbstractEventLoop, end: Callable[[], Awaitable[None]]
    ) -> None:
        self.previous = previous
        self.loop = loop
        self.end = end
        self.has_had_its_turn = False
        self._ending: asyncio.Task[None] | None = None

    def __call__(self, number: int, frame: Any) -> None:
        if self.has_had_its_turn or not self.loop.is_running():
            self._pass_on(number, frame)
        else:
            self.has_had_its_turn = True
            self.loop.call_soon_threadsafe(self._start, number)

    def _start(self, number: int) -> None:
        self._ending = asyncio.ensure_future(self._end(number))

    async def _end(self, number: int) -> None:
        await asyncio.wait({asyncio.ensure_future(self.end())}, timeout=GRACE)
        self._pass_on(number, None)

    def _pass_on(self, number: int, frame: Any) -> None:
        if callable(self.previous):
            self.previous(number, frame)
        elif self.previous == signal.SIG_DFL:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
