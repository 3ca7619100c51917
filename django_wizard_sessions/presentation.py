"""A session in words, as a page shows it. ``frontend/src`` has it say the very same later on."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from . import words

Session = Mapping[str, Any]
"""As the API answers it, in JSON."""

NO_MESSAGE = "The wizard gave no message."


class Task(NamedTuple):
    title: str
    status: str
    status_in_words: str


class PlannedEvent(NamedTuple):
    name: str
    description: str


@dataclass(frozen=True, slots=True)
class Run:
    """What there is to show of a session. By default: nothing has run yet."""

    phase: str = "nothing"
    phase_in_words: str = ""
    tasks: Sequence[Task] = ()
    done: int = 0
    now: str = ""
    """The title of what is being done."""
    error: str = ""
    error_details: str = ""
    """The rest of the error, as JSON."""
    events: Sequence[PlannedEvent] = ()
    started_at: str = ""
    started_in_words: str = ""
    took: str = ""
    session: Session | None = None
    """All of it, for a host's own template: with the fields that the host's serializer adds."""


def present(session: Session, at: datetime) -> Run:
    """The session as it is to be shown ``at`` this time, by the server's clock."""
    phase = "stalled" if session["is_stale"] else session["run_phase"]
    tasks = [_task(task, phase) for task in session["tasks"]]
    error = session["error"]
    under_way = [task.title for task in tasks if task.status == "in_progress"]
    return Run(
        phase=phase,
        phase_in_words=words.PHASES[phase],
        tasks=tasks,
        done=sum(task.status == "completed" for task in tasks),
        now=under_way[0] if under_way and phase == "running" else "",
        error="" if error is None else _error_message(error),
        error_details=_error_details(error or {}),
        events=_planned_events(session["event_plan"] or {}),
        started_at=session["started_at"],
        started_in_words=_date_in_words(_time(session["started_at"])),
        took=_took(session, phase, at),
        session=session,
    )


def _task(task: Mapping[str, str], phase: str) -> Task:
    status = words.shown_status(task["status"], phase)
    return Task(task["title"], status, words.STATUSES[status])


def _error_message(error: Mapping[str, Any]) -> str:
    """A wizard may push any object as its error."""
    return _text(error.get("message")) or NO_MESSAGE


def _error_details(error: Mapping[str, Any]) -> str:
    has_message = _text(error.get("message")) != ""
    others = {key: error[key] for key in error if not has_message or key != "message"}
    return json.dumps(others, indent=2, ensure_ascii=False) if others else ""


def _planned_events(event_plan: Mapping[str, Any]) -> list[PlannedEvent]:
    """A wizard may push any object as its plan: what has a name in it is shown."""
    events = event_plan.get("events")
    if not isinstance(events, list):
        return []
    return [
        PlannedEvent(event["name"], _text(event.get("description")))
        for event in events
        if isinstance(event, dict) and _text(event.get("name"))
    ]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _took(session: Session, phase: str, at: datetime) -> str:
    """The times that are compared are of one clock: ``started_at`` is of the wizard's own."""
    created_at, updated_at = _time(session["created_at"]), _time(session["updated_at"])
    if phase == "stalled":
        return f" · no news for {_duration(at - updated_at)}"
    if phase == "running":
        return f" · {_duration(at - created_at)} so far"
    if phase == "idle":
        return ""
    return f" · took {_duration(updated_at - created_at)}"


def _duration(time: timedelta) -> str:
    """A number and its unit are not broken apart."""
    return re.sub(r"(?<=\d) ", "\u00a0", words.duration(time))


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _date_in_words(time: datetime) -> str:
    return f"{time.day} {time:%b %Y, %H:%M} UTC"
