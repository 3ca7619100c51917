import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

AT_ONCE = 8  # each takes a thread, which the event loop has to wait for, and a connection
PATIENCE = 5.0  # seconds


class Openings:
    """Lets streams open a few at a time: after a deployment, all tabs come back at once.

    Those that are open already go on meanwhile, and the database is not out of connections.
    """

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)

    @property
    def are_many(self) -> bool:
        """Whether one more would have to wait."""
        return self._turns.locked()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Nobody waits longer than ``PATIENCE``: Django may hang for those before."""
        has_turn = False
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                has_turn = await self._turns.acquire()
        try:
            yield
        finally:
            if has_turn:
                self._turns.release()
