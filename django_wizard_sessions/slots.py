from collections import Counter
from threading import Lock
from typing import Any

from .conf import get_settings


class Slots:
    """Counts the open streams of the process, and of each project in it. For use in any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._taken: Counter[Any] = Counter()

    def take(self, project_id: Any) -> bool:
        """Takes a slot for a stream, if one is left; to be released once."""
        settings = get_settings()
        with self._lock:
            if (
                self._taken.total() >= settings.MAX_STREAMS_PER_PROCESS
                or self._taken[project_id] >= settings.MAX_STREAMS_PER_PROJECT
            ):
                return False
            self._taken[project_id] += 1
            return True

    def release(self, project_id: Any) -> None:
        with self._lock:
            self._taken[project_id] -= 1
            if not self._taken[project_id]:
                del self._taken[project_id]

    def __len__(self) -> int:
        return self._taken.total()


process_slots: Slots = Slots()
