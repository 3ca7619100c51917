"""A session, as the server answers it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

RunPhase = Literal["idle", "running", "completed", "error"]
TaskStatus = Literal["pending", "in_progress", "completed", "failed", "canceled"]


@dataclass(frozen=True, slots=True)
class Task:
    id: str
    title: str
    status: TaskStatus


@dataclass(frozen=True, slots=True)
class Session:
    """One state of one run."""

    session_id: str
    team_id: int | str
    workflow_id: str
    skill_id: str
    started_at: datetime
    run_phase: RunPhase
    tasks: tuple[Task, ...]
    event_plan: dict[str, Any] | None
    error: dict[str, Any] | None
    created_at: datetime
    updated_at: datetime
    is_stale: bool
    json: str = field(repr=False, compare=False)
    """All of it as it was sent, with what a host adds of its own."""

    @classmethod
    def parse(cls, text: str) -> "Session":
        """Raises ``ValueError`` for a text that is no session."""
        try:
            return cls._of(json.loads(text), text)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"this is no session: {text[:200]!r}") from error

    @classmethod
    def _of(cls, data: Mapping[str, Any], text: str) -> "Session":
        return cls(
            session_id=_string(data["session_id"]),
            team_id=data["team_id"],
            workflow_id=_string(data["workflow_id"]),
            skill_id=_string(data["skill_id"]),
            started_at=_aware(data["started_at"]),
            run_phase=_string(data["run_phase"]),
            tasks=tuple(
                Task(_string(task["id"]), _string(task["title"]), _string(task["status"]))
                for task in data["tasks"]
            ),
            event_plan=_object(data["event_plan"]),
            error=_object(data["error"]),
            created_at=_aware(data["created_at"]),
            updated_at=_aware(data["updated_at"]),
            is_stale=data["is_stale"],
            json=text,
        )

    @property
    def has_ended(self) -> bool:
        return self.run_phase in {"completed", "error"}


def _string(value: Any) -> Any:
    """A phase or status that came into being later is let through as well."""
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no string")
    return value


def _object(value: Any) -> dict[str, Any] | None:
    if not isinstance(value, dict | None):
        raise TypeError(f"{value!r} is no object")
    return value


def _aware(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError(f"{value!r} names no offset from UTC")
    return moment
