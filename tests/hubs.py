"""A look into the hub of the running event loop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from inspect import iscoroutine

from django_wizard_sessions.grants import Grant
from django_wizard_sessions.hub import get_hub
from django_wizard_sessions.reauthorisation import _questions
from django_wizard_sessions.signals import CloseReason
from django_wizard_sessions.streams import Stream


class Reader:
    """Takes what a stream gives, when it says that it has something."""

    stream: Stream

    def __init__(self) -> None:
        self._is_due = asyncio.Event()

    def note_due(self) -> None:
        self._is_due.set()

    async def take(self, patience: float) -> bytes:
        """What is due, as soon as anything is; after so many seconds, nothing."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._is_due.wait()
        self._is_due.clear()
        return self.stream.take()

    @property
    def has_begun(self) -> bool:
        return self.stream.has_begun

    @property
    def close_reason(self) -> CloseReason | None:
        return self.stream.close_reason


@asynccontextmanager
async def subscribed(grant: Grant) -> AsyncIterator[Reader]:
    """A stream that has begun, or that waits for the database to work again."""
    reader = Reader()
    with get_hub().subscribe(grant, reader.note_due) as reader.stream:
        await get_hub().begin(grant, reader.stream)
        yield reader


def open_streams() -> int:
    return sum(len(feed.streams) for feed in get_hub()._feeds())


async def reconcile() -> None:
    """At once, not by the clock."""
    await get_hub()._reconciler.reconcile()


async def reauthorise() -> None:
    """At once, not by the clock."""
    for question in list(_questions().open.values()):
        question._timer.cancel()
        await question._ask()


def joined_groups() -> int:
    return len(get_hub()._receiver._joined)


def _is_asking() -> bool:
    coroutines = (task.get_coro() for task in asyncio.all_tasks())
    return any(iscoroutine(c) and c.__name__ == "refusal" for c in coroutines)


async def assert_nothing_is_left() -> None:
    hub, receiver = get_hub(), get_hub()._receiver
    with suppress(TimeoutError):
        async with asyncio.timeout(3):
            # A failed attempt is made again, and what Django was asked is answered to the end.
            while receiver._settling or receiver._joined or _is_asking():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    assert (hub._by_group, hub._reconciler._running) == ({}, None)
    assert (receiver._wanted, receiver._joined, receiver._receiving) == (set(), set(), None)
