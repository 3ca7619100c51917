"""One hub per process and event loop brings what was pushed to the streams that are open here.

What the channel layer says of it arrives at once. What it loses is found in the database, within
``STREAM_RECONCILE_INTERVAL``. The frame of each push is made once, however many streams it goes to.
"""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from django.utils import timezone

from . import reconcile, sse
from .broadcast import Hint
from .conf import get_settings
from .cursors import Cursor
from .feeds import Feed
from .grants import Grant
from .models import Version
from .outages import Outage
from .receiver import Receiver
from .shutdown import before_shutdown
from .streams import Frame, Stream
from .topics import group_name

logger = logging.getLogger(__name__)

REAUTHORISATIONS_AT_ONCE = 4  # each takes a thread, and perhaps a connection of the database
ENDING_CHECK = 0.02  # seconds

P = ParamSpec("P")
T = TypeVar("T")


class Hub:
    def __init__(self) -> None:
        self._feeds: dict[str, dict[str, Feed]] = {}  # by group and skill
        self._trouble = asyncio.Event()
        self._receiver = Receiver(self._deliver, self._trouble.set)
        self._reconciling: asyncio.Task[None] | None = None
        self._outage = Outage(logger, "Reading what streams follow from the database")
        self._is_ending = False
        self.asking = asyncio.Semaphore(REAUTHORISATIONS_AT_ONCE)

    @asynccontextmanager
    async def subscribe(self, grant: Grant) -> AsyncIterator[Stream]:
        """A stream that begins with the latest session and is offered every later push.

        It is in its group before the database is read: nothing falls in between.
        """
        feed = self._feed(grant)
        stream = Stream()
        feed.streams.add(stream)
        if self._is_ending:
            stream.end()
        try:
            await self._receiver.join(feed.group)
            cursor = Cursor.parse(grant.last_event_id, feed.group)
            if cursor is not None:
                stream.saw(cursor.session, cursor.revision)
            latest, changed = await self._read(feed, cursor)
            if latest is not None:
                stream.begin(latest, changed, grant.last_event_id)
            yield stream
        finally:
            self._remove(feed, stream)

    @property
    def database_fails(self) -> bool:
        return self._outage.is_ongoing

    async def end(self) -> None:
        """Ends all streams, those to come too, and waits until they have said so."""
        self._is_ending = True
        while self._feeds:
            for of_group in self._feeds.values():
                for feed in of_group.values():
                    for stream in feed.streams:
                        stream.end()
            await asyncio.sleep(ENDING_CHECK)

    def _feed(self, grant: Grant) -> Feed:
        if self._reconciling is None:
            before_shutdown(self.end)
            self._reconciling = asyncio.create_task(self._keep_reconciling())
        of_group = self._feeds.setdefault(group_name(grant.project_id, grant.workflow_id), {})
        if grant.skill_id not in of_group:
            of_group[grant.skill_id] = Feed(grant)
        return of_group[grant.skill_id]

    async def _read(
        self, feed: Feed, cursor: Cursor | None
    ) -> tuple[Frame | None, Sequence[Frame]]:
        """The latest session, and what changed of the others since the client was here before."""
        if feed.versions is None:
            at = timezone.now()
            [stored] = await _in_thread(reconcile.versions)([feed])
            if feed.versions is None:  # else another stream, that opened meanwhile, knows less
                feed.settle(stored, (), at)
        # In this order: what is pushed in between comes behind all of it.
        changed = await _in_thread(reconcile.changed_since)(feed, cursor) if cursor else []
        latest = await _in_thread(reconcile.latest)(feed)
        return latest, [frame for frame in changed if latest and frame.session != latest.session]

    def _remove(self, feed: Feed, stream: Stream) -> None:
        """At once, and without waiting: the caller may be in the middle of being cancelled."""
        feed.streams.remove(stream)
        of_group = self._feeds[feed.group]
        if not feed.streams:
            del of_group[feed.skill_id]
        if not of_group:
            del self._feeds[feed.group]
            self._receiver.leave(feed.group)
        if not self._feeds and self._reconciling is not None:
            self._reconciling.cancel()
            self._reconciling = None

    def _deliver(self, hint: Hint) -> None:
        of_group = self._feeds.get(hint["group"], {})
        version = Version(hint["revision"], is_stale=False)
        frame = Frame(hint["session"], version, sse.encode(hint["data"], id=hint["id"]))
        for skill_id in ("", hint["skill_id"]):
            if feed := of_group.get(skill_id):
                feed.offer(frame)

    async def _keep_reconciling(self) -> None:
        while True:
            interval = get_settings().STREAM_RECONCILE_INTERVAL
            with suppress(TimeoutError):
                # Not in step with other processes.
                async with asyncio.timeout(interval * random.uniform(0.8, 0.95)):  # noqa: S311
                    await self._trouble.wait()
            self._trouble.clear()
            try:
                await self._reconcile()
            except Exception as error:  # noqa: BLE001  # streams outlive any fault
                self._outage.begin(error)
            else:
                self._outage.end()

    async def _reconcile(self) -> None:
        feeds = [feed for of_group in self._feeds.values() for feed in of_group.values()]
        feeds = [feed for feed in feeds if feed.versions is not None]
        at = timezone.now()
        fingerprints = await _in_thread(reconcile.fingerprints)(feeds)
        others = [
            (feed, fingerprint)
            for feed, fingerprint in zip(feeds, fingerprints, strict=True)
            if fingerprint != feed.fingerprint
        ]
        if not others:
            return
        stored = await _in_thread(reconcile.versions)([feed for feed, _ in others])
        missed = [feed.missed(versions) for (feed, _), versions in zip(others, stored, strict=True)]
        found = await _in_thread(reconcile.frames)({pk for pks in missed for pk in pks})
        for (feed, fingerprint), pks, versions in zip(others, missed, stored, strict=True):
            for session, frame in found:
                if session.pk in pks and feed.has(session) and feed.is_news(session):
                    feed.offer(frame)
            feed.settle(versions, fingerprint, at)
        if any(not frame.version.is_stale for _, frame in found):
            self._receiver.rejoin()  # some message was lost: perhaps the layer forgot the groups


def _in_thread(read: Callable[P, T]) -> Callable[P, "asyncio.Future[T]"]:
    """Not on the thread that all of the process shares: one slow query would stall it."""
    in_thread: Callable[P, asyncio.Future[T]] = database_sync_to_async(read, thread_sensitive=False)
    return in_thread


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def get_hub() -> Hub:
    """The hub of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]
