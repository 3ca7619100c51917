import asyncio

from django.db import connections


class HeldReads:
    """Reads of the database that each wait twice for the test: before it, and with the result.

    So whatever else the test does falls before, between or behind them. They take turns on one
    thread, and a run of the test can be repeated.
    """

    def __init__(self, moment):
        self._held = {}
        self._moment = moment
        self._read_at = {}
        self.last = None
        """When the read took place that the test let go on last."""

    def __len__(self):
        return len(self._held)

    async def ask(self, read, *args):
        """To stand in for the package's own."""
        await self._wait()
        found = read(*args)
        connections.close_all()  # in an event loop, each task has its own
        self._read_at[asyncio.current_task()] = self._moment()
        await self._wait()
        return found

    async def _wait(self):
        task = asyncio.current_task()
        self._held[task] = asyncio.get_running_loop().create_future()
        try:
            await self._held[task]
        finally:
            del self._held[task]

    def go_on(self, number=0, error=None):
        task, held = list(self._held.items())[number]
        if error is None:
            held.set_result(None)
        else:
            held.set_exception(error)
        self.last = self._read_at.get(task)
