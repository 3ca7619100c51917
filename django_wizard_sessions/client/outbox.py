"""Which state is pushed next, and when. Knows neither a clock nor the network."""

from collections import Counter
from collections.abc import Mapping
from math import inf
from typing import Any

from .errors import UnavailableError

PACE = 0.25  # seconds for which changes are gathered, unless the phase is among them
PAUSE = 0.25  # seconds before another attempt, and so much longer before each further one
FLUSH = 10.0  # seconds that the last state has to arrive
TOO_MANY_REQUESTS = 429
RETRIES_WHERE_BUSY = 1
RETRIES_WHERE_FAILING = 2

State = dict[str, Any]


class Outbox:
    """Holds the newest state alone, until the server has it."""

    def __init__(self) -> None:
        self._newest: State | None = None
        self._tried: State | None = None
        self._phase: Any = None  # that was tried last
        self._due = inf
        self._not_before = 0.0
        self._failures: Counter[bool] = Counter()  # of a busy server, and of others
        self._deadline = inf
        self._is_off = False

    @property
    def due(self) -> float:
        return max(self._due, self._not_before)

    @property
    def is_empty(self) -> bool:
        return self._newest is None

    def is_over(self, now: float) -> bool:
        """Nothing is to be pushed any more, or it is too late to."""
        is_closed = self._deadline < inf
        return self._is_off or (
            is_closed and (self.is_empty or max(self.due, now) > self._deadline)
        )

    def put(self, state: Mapping[str, Any], now: float) -> None:
        if self._is_off:
            return
        if state.get("run_phase") != self._phase:
            self._due = now
        elif self._newest is self._tried:  # the first change since
            self._due = now + PACE
        self._newest = dict(state)  # another one, even if what is put is the same object

    def take(self, now: float) -> State | None:
        """What is due. Whoever takes it says what came of it."""
        if self._newest is None or now < self.due:
            return None
        self._tried = self._newest
        self._phase = self._newest.get("run_phase")
        return self._newest

    def settle(self) -> None:
        """The server has what was taken; or will never have it, whatever is tried."""
        self._failures.clear()
        if self._newest is self._tried:
            self._newest = None
            self._due = inf
        self._tried = None

    def retry(self, fault: UnavailableError, now: float) -> bool:
        """Whether there will be another attempt, which is then one with the newest state."""
        is_busy = fault.status == TOO_MANY_REQUESTS
        self._failures[is_busy] += 1
        failures = self._failures[is_busy]
        self._not_before = now + ((is_busy and fault.retry_after) or PAUSE * failures)
        if self._deadline < inf or failures <= (
            RETRIES_WHERE_BUSY if is_busy else RETRIES_WHERE_FAILING
        ):
            return True
        self._failures.clear()
        if self._newest is self._tried:
            self._due = inf  # until it changes, or is the last
        return False

    def close(self, now: float) -> None:
        """What is there now is the last: it is tried until ``FLUSH`` is over."""
        self._deadline = now + FLUSH
        if not self.is_empty:
            self._due = now

    def switch_off(self) -> None:
        self._is_off = True
        self._newest = None
