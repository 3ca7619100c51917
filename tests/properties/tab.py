import asyncio
import json
from collections import Counter
from typing import NamedTuple

from tests.hubs import subscribed


class State(NamedTuple):
    """Of a session; a later one compares as greater. The pushes are numbered in their tasks."""

    push: int
    is_stale: bool


class Moment(NamedTuple):
    push: int
    time: float


class Event(NamedTuple):
    id: str
    session: str
    state: State


def events(data):
    for block in data.decode().split("\n\n")[:-1]:
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        session = json.loads(fields["data"])
        state = State(int(session["tasks"][0]["id"]), session["is_stale"])
        yield Event(fields["id"], session["session_id"], state), session


class Tab:
    """A browser's: it remembers of each session what it showed last, and checks what it is sent."""

    def __init__(self, grant, opened, before=None):
        self.grant = grant
        self.opened = opened
        self.before = before
        self.read_at = self.since = None
        """When its beginning was read. From then on it is to know all that changes."""
        self.shown = dict(before.shown) if before else {}
        self.last_event_id = before.last_event_id if before else ""
        self.last = None
        self.stream = None
        self._sent = Counter()
        self._opening = None

    async def follow(self):
        async with subscribed(self.grant) as self.stream:
            await asyncio.Future()

    @property
    def has_begun(self):
        return self.stream is not None and self.stream.has_begun

    def begins(self, read_at):
        self.read_at = read_at
        self.since = min(read_at, self.before.since) if self.before else read_at

    def follows(self, workflow_id, skill_id):
        return workflow_id == self.grant.workflow_id and self.grant.skill_id in {"", skill_id}

    def show(self, data, arrived=None):
        """What it is sent at once, of which only so many events may arrive."""
        batch = list(events(data))
        self._assert_no_pointless_repetition([event for event, _ in batch])
        for event, session in batch[:arrived]:
            assert self.follows(session["workflow_id"], session["skill_id"]), event
            assert event.state >= self.shown.get(event.session, event.state), event
            self.shown[event.session] = event.state
            self.last_event_id = event.id
            self.last = event.state

    def _assert_no_pointless_repetition(self, batch):
        """What was read from the database may be yet to come, and then comes in its place."""
        states = [(event.session, event.state) for event in batch]
        self._sent.update(states)
        if self._opening is None and self.has_begun:
            self._opening = set(states)
            latest = next(iter(states), None)
            assert self._sent[latest] <= 3, states
            assert all(self._sent[state] <= 2 for state in set(states) - {latest}), states
        for state in states:
            assert self._sent[state] <= 2 or state in (self._opening or ()), state
