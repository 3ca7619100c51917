import asyncio

OPENINGS_AT_ONCE = 4  # each takes a thread, which the event loop has to wait for, and a connection
LONGEST = 1.0  # seconds; Django may hang for some, and others are not to wait for that


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
        self._ending: asyncio.TimerHandle | None = None

    async def begin(self) -> None:
        """As soon as few enough others are opening."""
        if not self._was_waited_for:
            self._was_waited_for = True
            await self._turns.acquire()
            self._ending = asyncio.get_running_loop().call_later(LONGEST, self.end)

    def end(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None
            self._turns.release()
