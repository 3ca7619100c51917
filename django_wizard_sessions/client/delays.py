"""How long to wait before the next attempt: never in step with others who were cut off, too."""

import random

SHORTEST = 2.0  # seconds
LONGEST = 30.0


class Delays:
    def __init__(self) -> None:
        self._failures = 0

    def begin_again(self) -> None:
        """All is well."""
        self._failures = 0

    def after_failure(self, at_least: float = 0.0) -> float:
        """Longer each time, up to a bound."""
        self._failures += 1
        doublings = min(self._failures, 16)
        longest = min(SHORTEST * 2**doublings, LONGEST)
        return max(at_least, random.uniform(SHORTEST, longest))  # noqa: S311

    def after_end(self) -> float:
        """Servers end each stream from time to time: no reason for alarm."""
        return random.uniform(0, SHORTEST)  # noqa: S311
