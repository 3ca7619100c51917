import asyncio
from collections.abc import Callable
from math import ceil
from typing import NamedTuple

from .loops import of_running_loop

TICK = 0.25  # seconds
CALLS_AT_ONCE = 10  # of some 20 microseconds each; then the event loop does what else is due


class Ticks:
    """Timers that go off together, up to a ``TICK`` late.

    If each of ten thousand heartbeats had a timer of its own, most of what they cost would be that
    the event loop wakes up for each.
    """

    def __init__(self) -> None:
        self._ticks: dict[int, _Tick] = {}
        self._last = 0

    def add(self, when: float, call: Callable[[], None]) -> int:
        """Has it called at the first tick that is still to come, from ``when`` on.

        ``when`` is of the event loop's clock. Returns the number of the tick, which makes each call
        once.
        """
        number = max(ceil(when / TICK), self._last + 1)
        if number not in self._ticks:
            timer = asyncio.get_running_loop().call_at(number * TICK, self._make, number)
            self._ticks[number] = _Tick({}, timer)
        self._ticks[number].calls[call] = None
        return number

    def discard(self, number: int, call: Callable[[], None]) -> None:
        """Has the tick not make the call, if it has not yet."""
        if number in self._ticks:
            calls, timer = self._ticks[number]
            calls.pop(call, None)
            if not calls:
                timer.cancel()
                del self._ticks[number]

    def _make(self, number: int) -> None:
        self._last = number
        calls = self._ticks[number].calls if number in self._ticks else {}
        try:
            for _ in range(CALLS_AT_ONCE):
                if not calls:
                    break
                call, _ = calls.popitem()
                call()
        finally:
            if calls:  # more than that, or one has raised
                asyncio.get_running_loop().call_soon(self._make, number)
            else:
                self._ticks.pop(number, None)


class _Tick(NamedTuple):
    calls: dict[Callable[[], None], None]
    timer: asyncio.TimerHandle


get_ticks: Callable[[], Ticks] = of_running_loop(Ticks)
"""Those of the running event loop."""
