"""One hub per process and event loop brings what was pushed to the streams that are open here.

What the channel layer says of it arrives at once. What it loses is found in the database, within
``STREAM_RECONCILE_INTERVAL``. The frame of each push is made once, however many streams it goes to.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import product

from . import sse
from .broadcast import Hint
from .cursors import Cursor
from .feeds import Feed
from .grants import Grant
from .loops import of_running_loop
from .models import Version
from .openings import Openings
from .receiver import Receiver
from .reconcile import Reconciler
from .shutdown import before_shutdown
from .signals import CloseReason, push_delivered
from .streams import Frame, Stream
from .topics import group_name
from .turns import Turns

ENDING_CHECK = 0.02  # seconds


class Hub:
    def __init__(self) -> None:
        self._by_group: dict[str, dict[tuple[str, int | None], Feed]] = {}
        self.openings: Openings = Openings()
        self._reconciler = Reconciler(self._feeds, self._rejoin, self.openings)
        self._receiver = Receiver(self._deliver, self._reconciler.hurry)
        self._turns = Turns()
        self._is_ending = False
        self._unfinished = 0

    @contextmanager
    def subscribe(self, grant: Grant, flush: Callable[[], None]) -> Iterator[Stream]:
        """A stream that is offered every push from now on; ``flush`` is called when some are due.

        It gives none of them before it has begun.
        """
        feed = self._feed(grant)
        on_due = partial(self._turns.add, feed.group, flush)
        stream = Stream(on_due, Cursor.parse(grant.last_event_id, feed.group))
        feed.streams.add(stream)
        try:
            if self._is_ending:
                stream.end(CloseReason.SHUTDOWN)
            yield stream
        finally:
            self._remove(feed, stream)

    async def begin(self, grant: Grant, stream: Stream) -> None:
        """Has the stream begin with the latest session.

        It is in its group before the database is read: nothing falls in between.
        """
        feed = self._feed(grant)
        await self._receiver.join(feed.group)
        await self._reconciler.begin(feed, stream)

    async def database_works(self) -> None:
        """Waits until the database works, as far as is known."""
        await self._reconciler.database_works.wait()

    @contextmanager
    def finishing(self) -> Iterator[None]:
        """What runs within is waited for as streams are, before the server stops."""
        before_shutdown(self.end)
        self._unfinished += 1
        try:
            yield
        finally:
            self._unfinished -= 1

    async def end(self) -> None:
        """Ends all streams, those to come too, and waits until they have said so."""
        self._is_ending = True
        while self._by_group or self._unfinished:
            for stream in [stream for feed in self._feeds() for stream in feed.streams]:
                stream.end(CloseReason.SHUTDOWN)
            await asyncio.sleep(ENDING_CHECK)

    def _feeds(self) -> list[Feed]:
        return [feed for of_group in self._by_group.values() for feed in of_group.values()]

    def _feed(self, grant: Grant) -> Feed:
        if not self._by_group:
            before_shutdown(self.end)
            self._reconciler.start()
        of_group = self._by_group.setdefault(group_name(grant.project_id, grant.workflow_id), {})
        key = (grant.skill_id, grant.session)
        if key not in of_group:
            of_group[key] = Feed(grant)
        return of_group[key]

    def _remove(self, feed: Feed, stream: Stream) -> None:
        """At once, and without waiting: the caller may be in the middle of being cancelled."""
        feed.streams.remove(stream)
        self._reconciler.wait_no_more(feed, {stream})
        of_group = self._by_group[feed.group]
        if not feed.streams:
            del of_group[feed.skill_id, feed.session]
        if not of_group:
            del self._by_group[feed.group]
            self._receiver.leave(feed.group)
        if not self._by_group:
            self._reconciler.stop()

    def _rejoin(self) -> None:
        """A message was lost: perhaps the layer forgot the groups."""
        self._receiver.rejoin()

    def _deliver(self, hint: Hint) -> None:
        of_group = self._by_group.get(hint["group"], {})
        keys = product({"", hint["skill_id"]}, {None, hint["session"]})
        feeds = [of_group[key] for key in keys if key in of_group]
        version = Version(hint["revision"], is_stale=False)
        frame = Frame(hint["session"], version, sse.encode(hint["data"], id=hint["id"]))
        for feed in feeds:
            feed.offer(frame)
        push_delivered.send_robust(
            Hub,
            seconds=max(0.0, time.time() - hint["sent_at"]),
            streams=sum(len(feed.streams) for feed in feeds),
        )


get_hub: Callable[[], Hub] = of_running_loop(Hub)
"""The hub of the running event loop."""
