import asyncio
import contextvars
import itertools
import logging
from collections.abc import Callable
from typing import Any
from weakref import WeakValueDictionary

from channels.layers import get_channel_layer

from .broadcast import Hint
from .outages import Outage

LAYER_TIMEOUT = 1.0  # seconds
RETRY_DELAY = 1.0  # seconds
SETTLED_AT_ONCE = 50

logger: logging.Logger = logging.getLogger(__name__)


class Receiver:
    """The one channel that an event loop has of the channel layer, in the groups that it wants.

    The layer may fail or hang at any time, or not be there: to join or to leave takes no longer
    than ``LAYER_TIMEOUT``. ``on_trouble`` is called when messages may have been lost.
    """

    def __init__(self, deliver: Callable[[Hint], None], on_trouble: Callable[[], None]) -> None:
        self._deliver = deliver
        self._on_trouble = on_trouble
        self._outage = Outage(logger, "The channel layer")
        self._layer: Any = None
        self._channel = ""
        self._receiving: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()
        self._wanted: set[str] = set()
        self._joined: set[str] = set()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._queued: dict[str, asyncio.Task[None]] = {}
        self._settling: set[asyncio.Task[None]] = set()
        self._later: set[str] = set()
        self._settling_later: asyncio.Task[None] | None = None

    async def join(self, group: str) -> None:
        self._wanted.add(group)
        await asyncio.wait({self._settle_soon(group)}, timeout=LAYER_TIMEOUT)

    def leave(self, group: str) -> None:
        """At once, and without waiting: the caller may be in the middle of being cancelled."""
        self._wanted.discard(group)
        self._settle_soon(group)

    def rejoin(self) -> None:
        """Joins all groups again: a layer that restarted has forgotten them."""
        self._settle_later(*self._wanted)

    def _settle_later(self, *groups: str) -> None:
        self._later.update(groups)
        if self._later and (self._settling_later is None or self._settling_later.done()):
            self._settling_later = asyncio.create_task(self._settle_some_at_a_time())

    async def _settle_some_at_a_time(self) -> None:
        """There may be thousands, and streams that open want to join too."""
        while self._later:
            if self._outage.is_ongoing:
                await asyncio.sleep(RETRY_DELAY)
            some = set(itertools.islice(self._later, SETTLED_AT_ONCE))
            self._later -= some
            await asyncio.wait({self._settle_soon(group) for group in some})

    def _settle_soon(self, group: str) -> asyncio.Task[None]:
        """However many ask for it meanwhile, it is done once after the one that is being done."""
        if group not in self._queued:
            # Never eager, whatever the loop's tasks are: it is queued before it begins.
            settling = self._queued[group] = asyncio.Task(self._settle(group))
            self._settling.add(settling)
            settling.add_done_callback(self._settling.discard)
        return self._queued[group]

    async def _settle(self, group: str) -> None:
        """Joins or leaves the group, whichever is wanted by now.

        One at a time, so that a stream that comes while the last one goes is not left outside.
        """
        async with self._locks.setdefault(group, asyncio.Lock()):
            del self._queued[group]
            try:
                async with asyncio.timeout(LAYER_TIMEOUT):
                    if group in self._wanted:
                        await self._join(group)
                    elif group in self._joined:
                        await self._leave(group)
            except Exception as error:  # noqa: BLE001  # a layer may raise anything
                self._outage.begin(error)
                # Again: what is wanted would be late, and what is left would pile up in the layer.
                if group in self._joined | self._wanted:
                    self._settle_later(group)
            else:
                self._outage.end()

    async def _join(self, group: str) -> None:
        self._joined.add(group)  # first, so that a join that fails half-way is undone
        await self._open_channel()
        if self._receiving is not None:
            # Even if it is in the group: most layers forget a member some time after it joined.
            await self._layer.group_add(group, self._channel)

    async def _leave(self, group: str) -> None:
        if self._receiving is not None:
            await self._layer.group_discard(group, self._channel)
        self._joined.remove(group)
        await self._close_unused_channel()

    async def _open_channel(self) -> None:
        async with self._opening:
            if self._receiving is None and (layer := get_channel_layer()) is not None:
                self._channel = await layer.new_channel()
                self._layer = layer
                # Not in the context of the request that happens to be the first.
                context = contextvars.Context()
                self._receiving = asyncio.create_task(self._receive(), context=context)

    async def _close_unused_channel(self) -> None:
        async with self._opening:
            if self._receiving is not None and not self._joined:
                receiving, self._receiving = self._receiving, None
                receiving.cancel()
                await asyncio.wait({receiving}, timeout=LAYER_TIMEOUT)

    async def _receive(self) -> None:
        while True:
            try:
                hint = await self._layer.receive(self._channel)
            except Exception as error:  # noqa: BLE001  # a layer may raise anything
                self._outage.begin(error)
                self._on_trouble()
                await asyncio.sleep(RETRY_DELAY)
                self.rejoin()
                continue
            self._outage.end()
            try:
                self._deliver(hint)
            except Exception:
                logger.exception("A message of the channel layer could not be read.")
