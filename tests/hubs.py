"""A look into the hub of the running event loop."""

import asyncio
from contextlib import suppress
from inspect import iscoroutine

from django_wizard_sessions.hub import get_hub


def open_streams() -> int:
    return sum(len(feed.streams) for feed in get_hub()._feeds())


async def reconcile() -> None:
    """At once, not by the clock."""
    await get_hub()._reconciler.reconcile()


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
