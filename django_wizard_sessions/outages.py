import logging
import time
from threading import Lock


class Outage:
    """Logs one line when something begins to fail and one when it works again."""

    def __init__(self, logger: logging.Logger, what: str) -> None:
        self._logger = logger
        self._what = what
        self._lock = Lock()
        self.is_ongoing: bool = False

    def begin(self, error: BaseException) -> None:
        with self._lock:
            began, self.is_ongoing = not self.is_ongoing, True
        if began:
            first_line = str(error).partition("\n")[0]
            self._logger.warning("%s fails: %s: %s", self._what, type(error).__name__, first_line)

    def end(self) -> None:
        with self._lock:
            ended, self.is_ongoing = self.is_ongoing, False
        if ended:
            self._logger.warning("%s works again.", self._what)


class Breaker(Outage):
    """Keeps an outage from being tried, and waited for, more than once per ``pause`` seconds."""

    def __init__(self, logger: logging.Logger, what: str, pause: float) -> None:
        super().__init__(logger, what)
        self._pause = pause
        self._next_try = 0.0

    def allows(self) -> bool:
        """Whether to try: always while all is well, once per pause during an outage."""
        with self._lock:
            now = time.monotonic()
            if self.is_ongoing and now < self._next_try:
                return False
            self._next_try = now + self._pause
            return True
