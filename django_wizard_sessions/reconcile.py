"""Keeps what open streams know equal to what is stored, whatever becomes of messages about it."""

import asyncio
import contextvars
import logging
import random
from collections.abc import Callable
from contextlib import suppress

from django.db import Error as DatabaseFault
from django.utils import timezone

from . import queries
from .beginnings import Beginnings
from .conf import get_settings
from .database import ask, close_connections
from .feeds import Feed
from .openings import Openings
from .outages import Outage
from .signals import CloseReason, pushes_healed
from .streams import Stream

FIRST_RETRY = 1.0  # seconds; of a database that fails

logger: logging.Logger = logging.getLogger(__name__)


class Reconciler:
    """Reads what streams begin with, and then, on a timer, what they missed.

    ``feeds`` gives those that have open streams; ``on_lost`` is called when a message was lost.
    """

    def __init__(
        self, feeds: Callable[[], list[Feed]], on_lost: Callable[[], None], openings: Openings
    ) -> None:
        self._feeds = feeds
        self._on_lost = on_lost
        self._outage = Outage(logger, "Reading what streams follow from the database")
        self._beginning_outage = Outage(logger, "Reading what streams begin with")
        self.database_works: asyncio.Event = asyncio.Event()
        """Set, but during an outage: for who wants to wait for its end."""
        self.database_works.set()
        self._is_due = asyncio.Event()
        self._waiting: dict[Feed, set[Stream]] = {}  # whose beginning could not be read yet
        self._beginnings = Beginnings(self.database_works, self.hurry, openings)
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        if self._running is None:
            # Not in the context of the request that happens to be the first.
            self._running = asyncio.create_task(self._run(), context=contextvars.Context())

    def stop(self) -> None:
        if self._running is not None:
            self._running.cancel()
            self._running = None
            close_connections()

    def hurry(self) -> None:
        """To be called when messages may have been lost: looks at once, not by the clock."""
        self._is_due.set()

    async def begin(self, feed: Feed, stream: Stream) -> None:
        """Reads what the stream begins with; where the database fails, as soon as it works again.

        The stream stays open on heartbeats meanwhile. A client that came back instead would be
        refused by Django, and an EventSource that is refused does not come back again.
        """
        try:
            if self.database_works.is_set():
                await self._beginnings.begin(feed, stream)
                return
        except DatabaseFault:
            pass
        self._waiting.setdefault(feed, set()).add(stream)
        self.hurry()

    def wait_no_more(self, feed: Feed, streams: set[Stream]) -> None:
        """For their beginning, if any of them do: to be called when they are closed, too."""
        waiting = self._waiting.get(feed, set())
        waiting -= streams
        if not waiting:
            self._waiting.pop(feed, None)

    async def reconcile(self) -> None:
        """Offers all streams what is stored and they do not know.

        Raises what the database raised. Streams that wait for their beginning come last: they may
        be many; and what fails for them alone is no failure of the database.
        """
        has_answered = await self._offer_missed()
        try:
            has_begun = await self._begin_waiting()
            if has_begun:
                await self._offer_missed()  # of what they were given before they began
        except DatabaseFault as error:
            if not has_answered:
                raise
            self._beginning_outage.begin(error)
        else:
            self._beginning_outage.end()
            if has_answered or has_begun:
                self._outage.end()
                self.database_works.set()

    async def _offer_missed(self) -> bool:
        """Whether there was anything to ask."""
        feeds = [feed for feed in self._feeds() if feed.read_at is not None]
        at = timezone.now()
        fingerprints = await ask(queries.fingerprints, feeds)
        others = [
            (feed, fingerprint)
            for feed, fingerprint in zip(feeds, fingerprints, strict=True)
            if fingerprint != feed.fingerprint
        ]
        if not others:
            return bool(feeds)
        stored = await ask(queries.versions, [feed for feed, _ in others])
        missed = [feed.missed(versions) for (feed, _), versions in zip(others, stored, strict=True)]
        found = await ask(queries.frames, {pk for pks in missed for pk in pks})
        lost = set()
        for (feed, fingerprint), pks, versions in zip(others, missed, stored, strict=True):
            for session, frame in found:
                is_missed = session.pk in pks and feed.has(session) and feed.is_news(session)
                is_news = is_missed and feed.offer(frame, is_found=True)
                if is_news and feed.hears_of(session) and not frame.version.is_stale:
                    lost.add(session.pk)
            feed.settle(versions, fingerprint, at)
        if lost:
            pushes_healed.send_robust(Reconciler, count=len(lost))
            self._on_lost()
        return True

    async def _begin_waiting(self) -> bool:
        """Whether any stream could begin."""
        have_begun = False
        for feed in list(self._waiting):
            streams = set(self._waiting.get(feed, ()))  # with those that came meanwhile
            if not streams:
                continue
            try:
                await self._beginnings.read(feed, streams)
                have_begun = True
            except DatabaseFault:
                raise
            except Exception:  # of this feed alone
                logger.exception("What streams begin with could not be read.")
                for stream in streams:
                    stream.end(CloseReason.FAULT)
            self.wait_no_more(feed, streams)
        return have_begun

    async def _run(self) -> None:
        failures = 0
        while True:
            await self._pause(failures)
            failures += 1
            try:
                await self.reconcile()
                if not self._beginning_outage.is_ongoing:
                    failures = 0
            except DatabaseFault as error:
                self._outage.begin(error)
                self.database_works.clear()
            except Exception:  # streams outlive any fault
                logger.exception("What streams missed could not be found.")

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
