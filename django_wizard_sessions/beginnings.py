import asyncio
import contextvars
from collections.abc import Callable

from django.db import OperationalError
from django.utils import timezone

from . import queries
from .database import ask
from .feeds import Feed
from .openings import Openings
from .streams import Stream

READS_AT_ONCE = 8  # each takes a thread, and a connection of the database
PACE = 0.1  # seconds; in a storm, the streams of a feed that open within it are begun by one read


class Beginnings:
    """Reads what streams begin with: once for all of a feed that open at about the same time.

    A stream begins by a read that starts when it is in its group already; never by one that was
    under way.
    """

    def __init__(
        self, database_works: asyncio.Event, hurry: Callable[[], None], openings: Openings
    ) -> None:
        self._database_works = database_works
        self._hurry = hurry
        self._openings = openings
        self._turn = asyncio.Semaphore(READS_AT_ONCE)
        self._next: dict[Feed, _Read] = {}

    async def begin(self, feed: Feed, stream: Stream) -> None:
        """Raises what the database raised."""
        if feed not in self._next:
            read = self._next[feed] = _Read()
            # Never eager, whatever the loop's tasks are: it is there before it begins. And not in
            # the context of the request that happens to be the first.
            reading, context = self._read_in_turn(feed, read), contextvars.Context()
            read.task = asyncio.Task(reading, context=context)
        read = self._next[feed]
        read.streams.add(stream)
        try:
            await asyncio.wait({read.task})
        finally:
            read.streams.discard(stream)
            if not read.streams:
                self._close(feed, read)
                read.task.cancel()
        read.task.result()

    def _close(self, feed: Feed, read: "_Read") -> None:
        """Who comes now is begun by another."""
        if self._next.get(feed) is read:
            del self._next[feed]

    async def _read_in_turn(self, feed: Feed, read: "_Read") -> None:
        if self._openings.are_many:
            since = asyncio.get_running_loop().time() - feed.begun_at
            await asyncio.sleep(max(0, PACE - since))
        async with self._turn:
            self._close(feed, read)
            if not self._database_works.is_set():
                raise OperationalError("known to fail")
            await self.read(feed, read.streams)

    async def read(self, feed: Feed, streams: set[Stream]) -> None:
        """Begins those that are in it when they were read. Raises what the database raised."""
        feed.begun_at = asyncio.get_running_loop().time()
        cursors = {stream.cursor for stream in streams if stream.cursor is not None}
        at = timezone.now()
        beginning = await ask(queries.beginning, feed, cursors, feed.read_at is None)
        if feed.read_at is None and beginning.versions is not None:
            feed.settle(beginning.versions, (), at)
            if feed.missed(beginning.versions):
                self._hurry()
        for stream in list(streams):
            changed = beginning.changed[stream.cursor] if stream.cursor is not None else ()
            stream.begin(beginning.latest, changed)


class _Read:
    task: asyncio.Task[None]

    def __init__(self) -> None:
        self.streams: set[Stream] = set()
