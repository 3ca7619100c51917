"""Keeps what open streams know equal to what is stored, whatever becomes of messages about it."""

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import ParamSpec, TypeVar

from channels.db import database_sync_to_async
from django.db import Error as DatabaseFault
from django.utils import timezone

from . import queries
from .conf import get_settings
from .cursors import Cursor
from .feeds import Feed
from .outages import Outage
from .signals import CloseReason, pushes_healed
from .streams import Frame, Stream

FIRST_RETRY = 1.0  # seconds; of a database that fails

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


class Reconciler:
    """Reads what streams begin with, and then, on a timer, what they missed.

    ``feeds`` gives those that have open streams; ``on_lost`` is called when a message was lost.
    """

    def __init__(self, feeds: Callable[[], list[Feed]], on_lost: Callable[[], None]) -> None:
        self._feeds = feeds
        self._on_lost = on_lost
        self._outage = Outage(logger, "Reading what streams follow from the database")
        self._is_due = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    @property
    def database_fails(self) -> bool:
        return self._outage.is_ongoing

    def start(self) -> None:
        if self._running is None:
            self._running = asyncio.create_task(self._run())

    def stop(self) -> None:
        if self._running is not None:
            self._running.cancel()
            self._running = None

    def hurry(self) -> None:
        """To be called when messages may have been lost: looks at once, not by the clock."""
        self._is_due.set()

    async def begin(self, feed: Feed, stream: Stream) -> None:
        """Reads what the stream begins with; where the database fails, as soon as it works again.

        The stream stays open on heartbeats meanwhile. A client that came back instead would be
        refused by Django, and an EventSource that is refused does not come back again.
        """
        try:
            await self._begin(feed, stream)
        except DatabaseFault as error:
            self._outage.begin(error)
            feed.waiting.add(stream)
            self.hurry()

    async def reconcile(self) -> None:
        """Offers all streams what is stored and they do not know."""
        await self._begin_waiting()
        feeds = [feed for feed in self._feeds() if feed.versions is not None]
        at = timezone.now()
        fingerprints = await _in_thread(queries.fingerprints)(feeds)
        others = [
            (feed, fingerprint)
            for feed, fingerprint in zip(feeds, fingerprints, strict=True)
            if fingerprint != feed.fingerprint
        ]
        if not others:
            return
        stored = await _in_thread(queries.versions)([feed for feed, _ in others])
        missed = [feed.missed(versions) for (feed, _), versions in zip(others, stored, strict=True)]
        found = await _in_thread(queries.frames)({pk for pks in missed for pk in pks})
        for (feed, fingerprint), pks, versions in zip(others, missed, stored, strict=True):
            for session, frame in found:
                if session.pk in pks and feed.has(session) and feed.is_news(session):
                    feed.offer(frame)
            feed.settle(versions, fingerprint, at)
        if lost := sum(not frame.version.is_stale for _, frame in found):
            pushes_healed.send_robust(Reconciler, count=lost)
            self._on_lost()

    async def _begin_waiting(self) -> None:
        waiting = [(feed, stream) for feed in self._feeds() for stream in feed.waiting]
        for feed, stream in waiting:
            try:
                await self._begin(feed, stream)
            except DatabaseFault:
                raise
            except Exception:
                logger.exception("A stream was ended by a fault.")
                stream.end(CloseReason.FAULT)
            feed.waiting.discard(stream)

    async def _begin(self, feed: Feed, stream: Stream) -> None:
        latest, changed = await self._read(feed, stream.cursor)
        stream.begin(latest, changed)

    async def _read(
        self, feed: Feed, cursor: Cursor | None
    ) -> tuple[Frame | None, Sequence[Frame]]:
        """The latest session, and what changed of the others since the client was here before."""
        if feed.versions is None:
            at = timezone.now()
            [stored] = await _in_thread(queries.versions)([feed])
            if feed.versions is None:  # else another stream, that opened meanwhile, knows less
                feed.settle(stored, (), at)
        # In this order: what is pushed in between comes behind all of it.
        changed = await _in_thread(queries.changed_since)(feed, cursor) if cursor else []
        latest = await _in_thread(queries.latest)(feed)
        return latest, [frame for frame in changed if latest and frame.session != latest.session]

    async def _run(self) -> None:
        failures = 0
        while True:
            await self._pause(failures)
            try:
                await self.reconcile()
            except Exception as error:  # noqa: BLE001  # streams outlive any fault
                failures += 1
                self._outage.begin(error)
            else:
                failures = 0
                self._outage.end()

    async def _pause(self, failures: int) -> None:
        """Until it is time to look, or somebody says so. Not in step with other processes.

        A database that failed is asked again soon, then less and less often.
        """
        interval = get_settings().STREAM_RECONCILE_INTERVAL * random.uniform(0.8, 0.95)  # noqa: S311
        if failures:
            retry = FIRST_RETRY * 2 ** min(failures - 1, 10) * random.uniform(0.5, 1)  # noqa: S311
            await asyncio.sleep(min(interval, retry))
        else:
            with suppress(TimeoutError):
                async with asyncio.timeout(interval):
                    await self._is_due.wait()
        self._is_due.clear()


def _in_thread(read: Callable[P, T]) -> Callable[P, "asyncio.Future[T]"]:
    """Not on the thread that all of the process shares: one slow query would stall it."""
    in_thread: Callable[P, asyncio.Future[T]] = database_sync_to_async(read, thread_sensitive=False)
    return in_thread
