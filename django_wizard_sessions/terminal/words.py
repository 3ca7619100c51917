"""A run in plain words: those of the web component."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django_wizard_sessions.client import Session, Task

from .printable import printable

PHASES = {
    "idle": "Waiting to start",
    "running": "Running",
    "completed": "Completed",
    "error": "Ended in an error",
}
STALLED = "Stalled"
STATUSES = {
    "pending": "waiting",
    "in_progress": "in progress",
    "completed": "done",
    "failed": "failed",
    "canceled": "canceled",
}
INTERRUPTED = "not finished"
WAITING = "Nothing has run yet. A run appears here as soon as it starts."
LOST = "Connection lost, trying again"
BACK = "Connected again"
UNITS = {"d": 86_400, "h": 3_600, "min": 60, "s": 1}
MOST_ERROR_LINES = 100
LONGEST_ERROR_LINE = 2000


def phase(session: Session) -> str:
    """A phase that came into being later is said as it is named."""
    return STALLED if session.is_stale else PHASES.get(session.run_phase, session.run_phase)


def status(task: Task, session: Session) -> str:
    if task.status == "in_progress" and phase(session) != PHASES["running"]:
        return INTERRUPTED
    return STATUSES.get(task.status, task.status)


def done(session: Session) -> int:
    return sum(task.status == "completed" for task in session.tasks)


def count(session: Session) -> str:
    return f"{done(session)} of {len(session.tasks)} tasks done"


def duration(time: timedelta) -> str:
    """In the two largest units, as in "2 min 3 s"."""
    rest = max(0, int(time.total_seconds()))
    amounts: list[tuple[int, str]] = []
    for name, seconds in UNITS.items():
        amount, rest = divmod(rest, seconds)
        if amount or amounts:
            amounts.append((amount, name))
    return " ".join(f"{amount} {name}" for amount, name in amounts[:2] if amount) or "0 s"


def headline(session: Session, now: datetime) -> str:
    """With how long it took, or has been going on, by the server's clock: others may be wrong."""
    return f"{phase(session)} · {_time(session, max(now, session.updated_at))}"


def _time(session: Session, now: datetime) -> str:
    if session.has_ended:
        return f"took {duration(session.updated_at - session.created_at)}"
    if session.is_stale:
        return f"no news for {duration(now - session.updated_at)}"
    return f"{duration(now - session.created_at)} so far"


def error_lines(error: dict[str, Any]) -> list[str]:
    """The message first, then whatever else there is."""
    lines = [printable(line, LONGEST_ERROR_LINE) for line in _error_lines(error)]
    left_out = len(lines) - MOST_ERROR_LINES
    return [*lines[:MOST_ERROR_LINES], f"… {left_out} more lines"] if left_out > 0 else lines


def _error_lines(error: dict[str, Any]) -> Iterator[str]:
    details = dict(error)
    if isinstance(details.get("message"), str):
        yield from details.pop("message").splitlines()
    for key, value in details.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        yield from f"{key}: {text}".splitlines()
