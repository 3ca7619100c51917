"""What was done and seen in a run, and what must hold of it whatever went wrong meanwhile.

Each check gives what contradicts it: nothing, if it holds.
"""

import math
from collections import Counter
from collections.abc import Callable, Collection, ItemsView, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple, Self, TypeVar

Item = TypeVar("Item")
Key = TypeVar("Key")


class State(NamedTuple):
    """A session as the API shows it, with what the tests' wizards put into it."""

    session: str
    skill: str
    wizard: str
    counter: int
    pushed_at: datetime
    body: dict[str, Any]

    @classmethod
    def of(cls, body: dict[str, Any]) -> Self:
        return cls(
            body["session_id"],
            body["skill_id"],
            body["event_plan"]["wizard"],
            body["event_plan"]["counter"],
            datetime.fromisoformat(body["updated_at"]),
            body,
        )


class Acknowledged(NamedTuple):
    at: float
    state: State


class Stored(NamedTuple):
    revision: int
    state: State


class Seen(NamedTuple):
    """A frame. It has no revision where its id leaves the client at the event before."""

    at: float
    viewer: str
    revision: int | None
    state: State


class Connection(NamedTuple):
    """The time through which a viewer was connected without a break."""

    viewer: str
    opened: float
    closed: float


class Fault(NamedTuple):
    began: float
    ended: float
    what: str

    def overlaps(self, start: float, end: float) -> bool:
        return self.began <= end and start <= self.ended


@dataclass
class History:
    """Of all threads: to append to a list is safe."""

    acknowledged: list[Acknowledged] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    failed: list[Fault] = field(default_factory=list)
    """Attempts at a push or at a stream that came to nothing, by their cause."""
    refused: list[str] = field(default_factory=list)
    """Answers after which a wizard or a browser would not come again."""

    def __str__(self) -> str:
        counts = {
            "pushes acknowledged": len(self.acknowledged),
            "frames seen": len(self.seen),
            "connections": len(self.connections),
            "attempts failed": dict(Counter(attempt.what for attempt in self.failed)),
            "faults": dict(Counter(fault.what for fault in self.faults)),
        }
        return "\n".join(f"{what}: {count}" for what, count in counts.items())


def lost(acknowledged: Iterable[Acknowledged], stored: Mapping[str, Stored]) -> list[str]:
    """Acknowledged pushes that the database does not have."""
    pushes = Counter(push.state.session for push in acknowledged)
    missing = [
        f"{session} has {stored[session].revision} revisions of {count} pushes"
        for session, count in pushes.items()
        if stored[session].revision < count
    ]
    return missing + [
        f"{session} is behind push {wizard}-{counter}"
        for _, (session, _, wizard, counter, pushed_at, _) in acknowledged
        if stored[session].state.pushed_at < pushed_at
        or (stored[session].state.wizard == wizard and stored[session].state.counter < counter)
    ]


def steps_back(seen: Iterable[Seen]) -> list[str]:
    """Frames by which a viewer came to an older state of a session."""
    return [
        f"{after.viewer} saw {session} go from {before.revision} to {after.revision}"
        for (_, session), frames in _by(seen, lambda frame: (frame.viewer, frame.state.session))
        for before, after in pairwise(frames)
        if _is_older(after, before)
    ]


def _is_older(frame: Seen, other: Seen) -> bool:
    if (
        frame.revision is not None
        and other.revision is not None
        and frame.revision < other.revision
    ):
        return True
    return frame.state.pushed_at < other.state.pushed_at


def ambiguous(seen: Iterable[Seen]) -> list[str]:
    """Revisions of a session that were shown in more than one state."""
    numbered = [frame for frame in seen if frame.revision is not None]
    return [
        f"{session} has two states of revision {revision}"
        for (session, revision), frames in _by(
            numbered, lambda frame: (frame.state.session, frame.revision)
        )
        if any(frame.state.body != frames[0].state.body for frame in frames)
    ]


def wrong(
    seen: Iterable[Seen], stored: Mapping[str, Stored], viewers: Mapping[str, str]
) -> list[str]:
    """What viewers show at the end and the database does not have, or has otherwise.

    ``viewers`` are the skills that they follow, by name: all of them, if it is empty.
    """
    last = {(frame.viewer, frame.state.session): frame for frame in seen}
    return [
        f"{viewer} shows {_described(last.get((viewer, session)))}, not {_described(right)}"
        for viewer, skill in viewers.items()
        for session, right in stored.items()
        if skill in {"", right.state.skill} and not _is_shown(last.get((viewer, session)), right)
    ]


def _is_shown(frame: Seen | None, stored: Stored) -> bool:
    if frame is None or frame.revision not in {stored.revision, None}:
        return False
    return frame.state.body == stored.state.body


def _described(shown: Seen | Stored | None) -> str | None:
    return shown and f"{shown.state.session} at {shown.revision}"


def late(
    history: History,
    viewers: Mapping[str, str],
    bound: float,
    delay_by: Callable[[Fault], float] = lambda _fault: 0,
) -> list[str]:
    """Acknowledged pushes that a viewer, connected all the while, did not see within the bound.

    Each fault meanwhile may delay it.
    """
    frames = dict(_by(history.seen, lambda frame: (frame.viewer, frame.state.session)))
    found: list[str] = []
    for at, state in history.acknowledged:
        meanwhile = [fault for fault in history.faults if fault.overlaps(at, at + bound)]
        deadline = at + bound + sum(map(delay_by, meanwhile))
        found += [
            f"{viewer} saw {state.session} {state.wizard}-{state.counter} after {seen - at:.2f} s"
            for viewer, opened, closed in history.connections
            if opened <= at and deadline <= closed and viewers[viewer] in {"", state.skill}
            if (seen := _seen_at(state, frames.get((viewer, state.session), ()))) > deadline
        ]
    return found


def _seen_at(state: State, frames: Iterable[Seen]) -> float:
    """The state, or a later one: a stream that falls behind skips to the newest."""
    times = (frame.at for frame in frames if frame.state.pushed_at >= state.pushed_at)
    return next(times, math.inf)


def failed_without_cause(history: History, causes: Collection[str]) -> list[Fault]:
    """Attempts that failed although none of the faults was under way that may be a cause."""
    possible = [fault for fault in history.faults if fault.what in causes]
    return [
        attempt
        for attempt in history.failed
        if not any(fault.overlaps(attempt.began, attempt.ended) for fault in possible)
    ]


def _by(items: Iterable[Item], key: Callable[[Item], Key]) -> ItemsView[Key, list[Item]]:
    groups: dict[Key, list[Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups.items()
