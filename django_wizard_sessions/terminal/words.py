"""What is said of a run."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django_wizard_sessions.client import Session, Task
from django_wizard_sessions.words import PHASES, STATUSES, duration, shown_status

from .printable import printable

STALLED = "Stalled"  # for how long is said beside it
WAITING = "Nothing has run yet. A run appears here as soon as it starts."
LOST = "Connection lost, trying again"
BACK = "Connected again"
MOST_ERROR_LINES = 100
LONGEST_ERROR_LINE = 2000


def phase(session: Session) -> str:
    """A phase that came into being later is said as it is named."""
    return STALLED if session.is_stale else PHASES.get(session.run_phase, session.run_phase)


def status(task: Task, session: Session) -> str:
    """A status that came into being later is said as it is named."""
    status = shown_status(task.status, "stalled" if session.is_stale else session.run_phase)
    return STATUSES.get(status, status)


def done(session: Session) -> int:
    return sum(task.status == "completed" for task in session.tasks)


def count(session: Session) -> str:
    return f"{done(session)} of {len(session.tasks)} tasks done"


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
