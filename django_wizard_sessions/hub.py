"""One hub per process and event loop brings what was published to the streams that are open here.

It holds one channel of the channel layer, in one group per topic that has open streams, and makes
each frame once, however many streams it goes to.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from channels.layers import BaseChannelLayer, get_channel_layer
from django.db import router

from . import sse
from .broadcast import Hint, group_name
from .grants import Grant
from .models import WizardSession
from .serializers import render_session

logger = logging.getLogger(__name__)

RECEIVE_RETRY_DELAY = 1.0  # seconds


class Frame(NamedTuple):
    """One state of one session, ready to be sent."""

    session: int
    revision: int
    data: bytes

    @classmethod
    def encode(cls, session: int, revision: int, data: str) -> "Frame":
        return cls(session, revision, sse.encode(data, id=f"{session}.{revision}"))


class Stream:
    """What is still to be sent to one client: of each session, at most the newest state."""

    __slots__ = ("_arrival", "_pending", "_revisions", "skill_id")

    def __init__(self, skill_id: str) -> None:
        self.skill_id = skill_id
        self._pending: dict[int, Frame] = {}
        self._revisions: dict[int, int] = {}
        self._arrival = asyncio.Event()

    def offer(self, frame: Frame) -> None:
        """Takes the frame, unless this state of its session or a newer one was here before."""
        if frame.revision <= self._revisions.get(frame.session, 0):
            return
        self._revisions[frame.session] = frame.revision
        self._pending.pop(frame.session, None)
        self._pending[frame.session] = frame
        self._arrival.set()

    def offer_first(self, frame: Frame) -> None:
        """Offers the frame and puts its session, in its newest state, before all others."""
        self.offer(frame)
        newest = self._pending.pop(frame.session)
        self._pending = {frame.session: newest, **self._pending}

    async def take(self, patience: float) -> bytes:
        """What is due, as soon as anything is; after so many seconds, nothing."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._arrival.wait()
        self._arrival.clear()
        due, self._pending = self._pending, {}
        return b"".join(frame.data for frame in due.values())


class Hub:
    def __init__(self, layer: BaseChannelLayer) -> None:
        self._layer = layer
        self._channel = ""
        self._receiving: asyncio.Task[None] | None = None
        self._streams: dict[str, set[Stream]] = {}
        self._joined: set[str] = set()
        self._settling = asyncio.Lock()
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
            latest = await database_sync_to_async(_latest)(grant)
            if latest is not None:
                stream.offer_first(latest)
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
        async with self._settling:
            if group in self._streams:
                await self._open_channel()
                self._joined.add(group)  # first, so that a join that fails half-way is undone
                # For each stream anew: most layers forget a member some time after it joined.
                await self._layer.group_add(group, self._channel)
            elif group in self._joined:
                self._joined.remove(group)
                try:
                    await self._layer.group_discard(group, self._channel)
                finally:
                    await self._close_unused_channel()

    async def _open_channel(self) -> None:
        if self._receiving is None:
            self._channel = await self._layer.new_channel()
            self._receiving = asyncio.create_task(self._receive())

    async def _close_unused_channel(self) -> None:
        if self._receiving is not None and not self._joined:
            self._receiving.cancel()
            await asyncio.wait({self._receiving})
            self._receiving = None

    async def _receive(self) -> None:
        while True:
            try:
                self._deliver(await self._layer.receive(self._channel))
            except Exception:
                logger.exception("Could not receive from the channel layer.")
                await asyncio.sleep(RECEIVE_RETRY_DELAY)

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
    if loop not in _hubs:
        _hubs[loop] = Hub(get_channel_layer())
    return _hubs[loop]
