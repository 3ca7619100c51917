import asyncio
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest import mock

from channels.layers import channel_layers
from django.db import OperationalError
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from django_wizard_sessions import broadcast
from django_wizard_sessions.cursors import Cursor
from django_wizard_sessions.feeds import NEWEST
from django_wizard_sessions.grants import Grant
from django_wizard_sessions.models import WizardSession
from django_wizard_sessions.topics import group_name
from tests.factories import a_stored_session, a_task
from tests.host.models import Project
from tests.hubs import assert_nothing_is_left

from .network import Network
from .reads import HeldReads
from .tab import Moment, State, Tab

TURNS = 12  # of the event loop, until all that can go on without the test has gone on
UNTIL_FOUND = 9.0  # seconds; a little less than the interval of reconciliation

SESSIONS = st.sampled_from([f"run-{number}" for number in range(3)])
WORKFLOWS = st.sampled_from(["mostly", "mostly", "mostly", "rarely"])
SKILLS = st.sampled_from(["django", "flask"])
PHASES = st.sampled_from(["running", "running", "completed"])
NUMBERS = st.integers(0, 1000)  # of one of some things, round and round


class Clock:
    def __init__(self):
        self.seconds = 0.0
        self._late = 0.0

    def now(self):
        start = datetime(2026, 11, 24, tzinfo=UTC)
        return start + timedelta(seconds=self.seconds - self._late)

    @contextmanager
    def late(self, seconds):
        self._late = seconds
        yield
        self._late = 0.0


class HubMachine(RuleBasedStateMachine):
    """The real hub over the real database. What happens between, and when, is for the rules."""

    def __init__(self):
        super().__init__()
        self.clock = Clock()
        self.network = Network()
        self.reads = HeldReads(self.moment)
        self.pushes = []
        self.tabs = {}
        self.gone = []
        self.found_at = 0.0
        self.is_due = asyncio.Event()
        self.loop = asyncio.new_event_loop()
        self.stack = ExitStack()
        self._patch()
        self.project = Project.objects.create(name="A shop")

    def _patch(self):
        reconcile = "django_wizard_sessions.reconcile"
        self.stack.enter_context(mock.patch("django.utils.timezone.now", self.clock.now))
        self.stack.enter_context(mock.patch(f"{reconcile}.ask", self.reads.ask))
        beginnings = "django_wizard_sessions.beginnings"
        self.stack.enter_context(mock.patch(f"{beginnings}.ask", self.reads.ask))
        self.stack.enter_context(mock.patch(f"{beginnings}.PACE", 0))
        self.stack.enter_context(mock.patch(f"{reconcile}.Reconciler._pause", self._until_due))
        self.stack.enter_context(mock.patch("django_wizard_sessions.hub.before_shutdown"))
        self.stack.enter_context(mock.patch.dict("os.environ", DJANGO_ALLOW_ASYNC_UNSAFE="1"))
        self.stack.enter_context(mock.patch.dict(channel_layers.backends, default=self.network))

    async def _until_due(self, failures):
        await self.is_due.wait()
        self.is_due.clear()

    def teardown(self):
        try:
            self.settle()
            for tab in list(self.tabs):
                self._close(tab)
            self.loop.run_until_complete(assert_nothing_is_left())
        finally:
            self._leave_nothing_running()
            self.loop.close()
            self.stack.close()
            self.project.delete()

    def _leave_nothing_running(self):
        """Even where the test failed, and closed none of its tabs."""
        if running := asyncio.all_tasks(self.loop):
            for task in running:
                task.cancel()
            self.loop.run_until_complete(asyncio.wait(running))

    def moment(self):
        return Moment(len(self.pushes), self.clock.seconds)

    def turn(self):
        async def turns():
            for _ in range(TURNS):
                await asyncio.sleep(0)

        self.loop.run_until_complete(turns())
        for tab in self.tabs:
            if tab.since is None and tab.has_begun:
                tab.begins(self.reads.last)

    # What a wizard does.

    @rule(
        run=st.tuples(SESSIONS, WORKFLOWS, SKILLS),
        started=st.integers(0, 4),
        run_phase=PHASES,
        late=st.sampled_from([0, 0, 0.9]),
        arrives=st.booleans(),
    )
    def push(self, run, started, run_phase, late, arrives):
        session_id, workflow_id, skill_id = run
        self.clock.seconds += 0.001
        self.pushes.append(run)
        with self.clock.late(late):
            session = a_stored_session(
                self.project,
                session_id,
                workflow_id=workflow_id,
                skill_id=skill_id,
                started_at=f"2026-11-24T00:0{started}:00Z",
                run_phase=run_phase,
                tasks=[a_task(id=str(len(self.pushes)))],
            )
        broadcast.publish(session)
        if arrives:
            self.deliver_all()

    # What the channel layer does.

    @precondition(lambda self: self.network.under_way)
    @rule(is_read=st.booleans())
    def a_message_arrives(self, is_read):
        self.network.deliver()
        self.turn()
        if is_read:
            self.read_all()

    # What a browser does.

    @initialize(has_begun=st.booleans())
    def open_the_first(self, has_begun):
        self.open("mostly", "")
        if has_begun:
            self.finish_reads()

    @precondition(lambda self: len(self.tabs) < 4)
    @rule(workflow_id=WORKFLOWS, skill_id=st.sampled_from(["", "", "flask"]))
    def open(self, workflow_id, skill_id):
        self._open(Tab(Grant(self.project.pk, workflow_id, skill_id, "comment"), self.moment()))

    @precondition(lambda self: self.gone and len(self.tabs) < 4)
    @rule(number=NUMBERS)
    def open_again(self, number):
        before = self.gone.pop(number % len(self.gone))
        grant = replace(before.grant, last_event_id=before.last_event_id)
        group = group_name(grant.project_id, grant.workflow_id)
        is_known = Cursor.parse(before.last_event_id, group) is not None
        self._open(Tab(grant, self.moment(), before if is_known else None))

    def _open(self, tab):
        self.tabs[tab] = self.loop.create_task(tab.follow())
        self.turn()

    @precondition(lambda self: self.tabs)
    @rule()
    def read_all(self):
        for tab in self.tabs:
            self._read(tab)

    def _read(self, tab, arrived=None):
        if tab.stream is not None:
            tab.show(self.loop.run_until_complete(tab.stream.take(0)), arrived)

    @precondition(lambda self: len(self.tabs) > 1)
    @rule(number=NUMBERS, arrived=st.integers(0, 4))
    def close(self, number, arrived):
        """The connection may be cut in the middle of what is sent."""
        tab = list(self.tabs)[number % len(self.tabs)]
        self._read(tab, arrived)
        self._close(tab)
        if tab.last_event_id and tab.since is not None:
            self.gone.append(tab)

    def _close(self, tab):
        following = self.tabs.pop(tab)
        following.cancel()
        self.loop.run_until_complete(asyncio.wait({following}))
        self.turn()

    # What the database does.

    @precondition(lambda self: self.reads)
    @rule(number=NUMBERS, fails=st.sampled_from([False, False, False, True]))
    def a_read_goes_on(self, number, fails):
        error = OperationalError("gone") if fails else None
        self.reads.go_on(number % len(self.reads), error)
        self.turn()

    # What the hub does by the clock.

    @precondition(lambda self: self.tabs)
    @rule()
    def it_is_time_to_look(self):
        self.is_due.set()
        self.turn()

    @rule(seconds=st.sampled_from([1, 4, 4, 60, 597, 90_000]))
    def time_passes(self, seconds):
        is_short = self.clock.seconds + seconds < self.found_at + UNTIL_FOUND
        if not is_short:
            self.before_long()
            self.reconcile()
        self.clock.seconds += seconds
        if not is_short:
            self.reconcile()

    def before_long(self):
        """What has happened by the time that the hub reconciles by the clock."""

    def reconcile(self):
        self.finish_reads()
        self.is_due.set()
        self.turn()
        self.finish_reads()
        self.is_due.clear()  # nobody looks where no tab is open
        self.found_at = self.clock.seconds

    def finish_reads(self):
        while self.reads:
            self.reads.go_on()
            self.turn()

    # What is right.

    def settle(self):
        self.finish_reads()
        self.deliver_all()
        self.read_all()
        self.assert_right_before_reconciliation()
        self.reconcile()
        self.read_all()
        for tab in self.tabs:
            self.assert_right(tab)

    def deliver_all(self):
        while self.network.under_way:
            self.network.deliver()
        self.turn()

    def assert_right_before_reconciliation(self):
        """To be said by who knows what the channel layer did."""

    def stored(self, tab):
        found = WizardSession.objects.filter(project=self.project.pk)
        return found.matching(tab.grant.workflow_id, tab.grant.skill_id)[:NEWEST]

    def assert_right(self, tab):
        """It shows what is stored of all that it showed before or that changed since."""
        for session in self.stored(tab):
            state = State(int(session.tasks[0]["id"]), session.is_stale)
            went_stale = session.is_stale and self.seconds(session.stale_at) >= tab.since.time
            if session.session_id in tab.shown or state.push > tab.since.push or went_stale:
                assert tab.shown.get(session.session_id) == state, (session.session_id, tab.shown)

    def seconds(self, time):
        return (time - self.clock.now()).total_seconds() + self.clock.seconds
