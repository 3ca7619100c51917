"""Pushes, openings and reads, in whatever order seeded delays make of them.

Unlike the state machine's, they are concurrent in earnest: in threads, and over a layer in memory.
The writing alone takes turns: SQLite's writers would wait for each other in steps of many
milliseconds. That two write at once is what ``tests/concurrency`` is about.
"""

import asyncio
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from unittest import mock

import pytest
from channels.db import database_sync_to_async
from channels.layers import InMemoryChannelLayer, channel_layers

from django_wizard_sessions import broadcast, queries
from django_wizard_sessions.grants import Grant
from django_wizard_sessions.models import WizardSession
from tests.factories import a_stored_session, a_task
from tests.hubs import assert_nothing_is_left, reconcile, subscribed
from tests.lengths import IS_THOROUGH
from tests.properties.tab import State, Tab

pytestmark = pytest.mark.django_db(transaction=True)

INTERLEAVINGS = 5000 if IS_THOROUGH else 500
AT_ONCE = 20  # side by side, each in a workflow of its own
LONGEST_DELAY = 0.003  # seconds
PATIENCE = 5  # seconds; for what is under way
READS = ("versions", "changed_since", "latest", "fingerprints", "frames")


class UnevenLayer(InMemoryChannelLayer):  # type: ignore[misc]
    """Takes its time, before and after; loses some of the messages."""

    def __init__(self, delays, loss):
        super().__init__(capacity=100_000)
        self._delays = delays
        self._loss = loss

    async def _pause(self):
        await asyncio.sleep(self._delays.uniform(0, LONGEST_DELAY))

    async def group_add(self, group, channel):
        await self._pause()
        await super().group_add(group, channel)
        await self._pause()

    async def group_send(self, group, message):
        await self._pause()
        if self._delays.random() >= self._loss:
            await super().group_send(group, message)
        await self._pause()


@pytest.fixture
def delays():
    return random.Random(0)


@pytest.fixture
def slow_reads(delays, monkeypatch):
    def slow(read):
        def slowly(*args):
            time.sleep(delays.uniform(0, LONGEST_DELAY))
            found = read(*args)
            time.sleep(delays.uniform(0, LONGEST_DELAY))
            return found

        return slowly

    for name in READS:
        monkeypatch.setattr(queries, name, slow(getattr(queries, name)))


class Interleaving:
    """Some wizards and some tabs of one workflow."""

    _writing = threading.Lock()

    def __init__(self, seed, project, wizards):
        self.seed = seed
        self._random = random.Random(seed)
        self._wizards = wizards
        self._project = project
        self._grant = Grant(project.pk, f"workflow-{seed}", "", "comment")
        self._pushes = 0
        self.tabs = []

    async def play(self, stack):
        pushing = [self._push_some() for _ in range(self._wizards)]
        await asyncio.gather(*pushing, *(self._open(stack) for _ in range(3)))

    async def _pause(self):
        await asyncio.sleep(self._random.uniform(0, 4 * LONGEST_DELAY))

    async def _push_some(self):
        for _ in range(3):
            await self._pause()
            session_id = f"{self.seed}-{self._random.choice('abc')}"
            started = self._random.randrange(3)
            await database_sync_to_async(self._push, thread_sensitive=False)(session_id, started)

    def _push(self, session_id, started):
        with self._writing:
            session = a_stored_session(
                self._project,
                session_id,
                workflow_id=self._grant.workflow_id,
                started_at=f"2026-11-24T00:0{started}:00Z",
                tasks=[a_task(id=str(self._pushes + 1))],
            )
            self._pushes += 1
        time.sleep(self._random.uniform(0, LONGEST_DELAY))
        broadcast.publish(session)

    async def _open(self, stack):
        await self._pause()
        tab = Tab(self._grant, self._pushes)
        tab.stream = await stack.enter_async_context(subscribed(self._grant))
        tab.begins(self._pushes)
        self.tabs.append(tab)

    @database_sync_to_async
    def _stored(self):
        """The state of each session; the latest first."""
        sessions = WizardSession.objects.matching(self._grant.workflow_id)
        return {it.session_id: State(int(it.tasks[0]["id"]), is_stale=False) for it in sessions}

    async def assert_shown(self):
        """All that a tab came to show, and all that was pushed since, it shows as it is stored."""
        stored = await self._stored()
        for tab in self.tabs:
            due = {name: state for name, state in stored.items() if state.push > tab.since}
            await _show_until(tab, lambda: tab.shown and due.items() <= tab.shown.items())  # noqa: B023
            assert due.items() <= tab.shown.items(), (self.seed, tab.shown, stored)
            assert tab.shown.items() <= stored.items(), (self.seed, tab.shown, stored)
            assert tab.shown, (self.seed, stored)  # at least what was the latest when it opened

    async def assert_the_last_push_came_last(self):
        for tab in self.tabs:
            if self._pushes > tab.opened:
                assert tab.last.push == self._pushes, (self.seed, tab.last, self._pushes)


async def _show_until(tab, is_right):
    tab.show(await tab.stream.take(0))
    deadline = time.monotonic() + PATIENCE
    while not is_right() and time.monotonic() < deadline:
        tab.show(await tab.stream.take(PATIENCE / 10))


@pytest.fixture
def play(project, delays, disk_without_waiting, slow_reads, monkeypatch):
    """Plays all interleavings, and has each batch of them checked before its tabs are closed."""
    monkeypatch.setattr(broadcast, "PUBLISH_TIMEOUT", PATIENCE)

    async def play(check, *, interleavings=INTERLEAVINGS, wizards=2, loss=0.0):
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(2 * AT_ONCE))
        layer = UnevenLayer(delays, loss)
        with mock.patch.dict(channel_layers.backends, default=layer):
            for first in range(0, interleavings, AT_ONCE):
                async with AsyncExitStack() as stack:
                    seeds = range(first, first + AT_ONCE)
                    batch = [Interleaving(seed, project, wizards) for seed in seeds]
                    await asyncio.gather(*(one.play(stack) for one in batch))
                    await asyncio.sleep(LONGEST_DELAY)
                    await check(batch)
            await assert_nothing_is_left()

    return play


async def test_every_tab_comes_to_show_what_is_stored(play):
    async def check(batch):
        await asyncio.gather(*(one.assert_shown() for one in batch))

    await play(check)


async def test_the_last_push_comes_last_where_one_is_made_after_another(play):
    async def check(batch):
        for one in batch:
            await one.assert_shown()
            await one.assert_the_last_push_came_last()

    await play(check, interleavings=INTERLEAVINGS // 5, wizards=1)


async def test_what_was_lost_is_shown_after_one_reconciliation(play):
    async def check(batch):
        await reconcile()
        await asyncio.gather(*(one.assert_shown() for one in batch))

    await play(check, interleavings=INTERLEAVINGS // 5, loss=0.3)
