"""A run in plain words: the same that its page has."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django_wizard_sessions.client import Session

from .printable import printable

PHASES = {
    "idle": "Waiting to start",
    "running": "Running",
    "completed": "Completed",
    "error": "Ended in an error",
}
STALLED = "Stalled"
WAITING = "Waiting for a run to start"
LOST = "Connection lost, trying again"
BACK = "Connected again"
MOST_ERROR_LINES = 100
LONGEST_ERROR_LINE = 2000


def phase(session: Session) -> str:
    return STALLED if session.is_stale else PHASES.get(session.run_phase, session.run_phase)


def status(text: str) -> str:
    return text.replace("_", " ")


def count(session: Session) -> str:
    completed = sum(task.status == "completed" for task in session.tasks)
    return f"{completed} of {len(session.tasks)} tasks completed"


def duration(time: timedelta) -> str:
    """Clocks may differ: none is shorter than nothing."""
    seconds = max(0, round(time.total_seconds()))
    hours, minutes = divmod(seconds // 60, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {seconds % 60:02} s" if minutes else f"{seconds} s"


def end(session: Session) -> str:
    return f"{phase(session)} after {duration(session.updated_at - session.started_at)}"


def headline(session: Session, now: datetime) -> str:
    if session.has_ended:
        return end(session)
    if session.is_stale:
        return f"{phase(session)}: nothing heard for {duration(now - session.updated_at)}"
    return f"{phase(session)} for {duration(now - session.started_at)}"


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
