"""One hub per process and event loop brings what was published to the streams that are open here.

It holds one channel of the channel layer, in one group per topic that has open streams, and makes
the frame of each push once, however many streams it goes to.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakKeyDictionary, WeakValueDictionary

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.db import router

from .broadcast import Hint, group_name
from .grants import Grant
from .models import WizardSession
from .serializers import render_session
from .streams import Frame, Stream

logger = logging.getLogger(__name__)

RECEIVE_RETRY_DELAY = 1.0  # seconds


class Hub:
    def __init__(self) -> None:
        self._layer: Any = None
        self._channel = ""
        self._receiving: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()
        self._streams: dict[str, set[Stream]] = {}
        self._joined: set[str] = set()
        self._settling: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._departures: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def subscribe(self, grant: Grant) -> AsyncIterator[Stream]:
        """A stream that begins with the latest session and is offered every later push.

        It is in its group before the latest session is read: nothing falls in between.
        """
        group = group_name(grant.project_id, grant.workflow_id)
        stream = Stream(grant.skill_id)
        self._streams.setdefault(group, set()).add(stream)
        try:
            await self._settle(group)
            # Not on the thread that all of the process shares: one slow query would stall it.
            latest = await database_sync_to_async(_latest, thread_sensitive=False)(grant)
            if latest is not None:
                stream.begin(latest)
            yield stream
        finally:
            self._remove(group, stream)

    def _remove(self, group: str, stream: Stream) -> None:
        """At once, and without waiting: the caller may be in the middle of being cancelled."""
        streams = self._streams[group]
        streams.remove(stream)
        if not streams:
            del self._streams[group]
            departure = asyncio.create_task(self._settle(group))
            self._departures.add(departure)
            departure.add_done_callback(self._departed)

    def _departed(self, departure: asyncio.Task[None]) -> None:
        self._departures.discard(departure)
        if not departure.cancelled() and (error := departure.exception()):
            logger.warning("Could not leave a group of the channel layer.", exc_info=error)

    async def _settle(self, group: str) -> None:
        """Joins or leaves the group, whichever its streams want by now.

        One at a time, so that a stream that comes while the last one goes is not left outside.
        """
        lock = self._settling.setdefault(group, asyncio.Lock())
        async with lock:
            if group in self._streams:
                self._joined.add(group)  # first, so that a join that fails half-way is undone
                await self._open_channel()
                # For each stream anew: most layers forget a member some time after it joined.
                await self._layer.group_add(group, self._channel)
            elif group in self._joined:
                try:
                    if self._receiving is not None:
                        await self._layer.group_discard(group, self._channel)
                finally:
                    self._joined.remove(group)
                    await self._close_unused_channel()

    async def _open_channel(self) -> None:
        async with self._opening:
            if self._receiving is None:
                self._layer = get_channel_layer()
                self._channel = await self._layer.new_channel()
                self._receiving = asyncio.create_task(self._receive())

    async def _close_unused_channel(self) -> None:
        async with self._opening:
            if self._receiving is not None and not self._joined:
                self._receiving.cancel()
                await asyncio.wait({self._receiving})
                self._receiving = None

    async def _receive(self) -> None:
        while True:
            try:
                hint = await self._layer.receive(self._channel)
            except Exception:
                logger.exception("Could not receive from the channel layer.")
                await asyncio.sleep(RECEIVE_RETRY_DELAY)
                continue
            try:
                self._deliver(hint)
            except Exception:
                logger.exception("Could not read a message of the channel layer.")

    def _deliver(self, hint: Hint) -> None:
        frame = Frame.encode(hint["session"], hint["revision"], hint["data"])
        for stream in self._streams.get(hint["group"], ()):
            if stream.skill_id in {"", hint["skill_id"]}:
                stream.offer(frame)


def _latest(grant: Grant) -> Frame | None:
    sessions = WizardSession.objects.using(router.db_for_write(WizardSession))  # no replica's lag
    wanted = sessions.filter(project=grant.project_id)
    session = wanted.matching(grant.workflow_id, grant.skill_id).first()
    if session is None:
        return None
    return Frame.encode(session.pk, session.revision, render_session(session))


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def get_hub() -> Hub:
    """The hub of the running event loop."""
    loop = asyncio.get_running_loop()
    return _hubs.setdefault(loop, Hub())
