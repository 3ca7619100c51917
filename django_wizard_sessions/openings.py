import asyncio
from contextlib import suppress

OPENINGS_AT_ONCE = 8  # each takes a thread, which the event loop has to wait for, and a connection
PATIENCE = 5.0  # seconds


class Openings:
    """Lets streams open a few at a time: after a deployment, all tabs come back at once.

    Those that are open already go on meanwhile, and the database is not out of connections.
    """

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(OPENINGS_AT_ONCE)

    @property
    def are_many(self) -> bool:
        """Whether one more would have to wait."""
        return self._turns.locked()

    def turn(self) -> "Turn":
        return Turn(self._turns)


class Turn:
    """Of one stream that opens. To be ended in any case."""

    def __init__(self, turns: asyncio.Semaphore) -> None:
        self._turns = turns
        self._was_waited_for = False
        self._is_taken = False

    async def begin(self) -> None:
        """Nobody waits longer than ``PATIENCE``: Django may hang for those before."""
        if self._was_waited_for:
            return
        self._was_waited_for = True
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                self._is_taken = await self._turns.acquire()

    def end(self) -> None:
        if self._is_taken:
            self._is_taken = False
            self._turns.release()
