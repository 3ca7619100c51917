"""What a component can have to show: the pushes of a run that leave it in that state."""

from collections.abc import Iterable
from typing import Any

from tests.factories import a_push, a_task, recording

STARTED = "2026-11-24T02:25:53Z"
HOSTILE = "<img src=x onerror=\"document.title='hacked'\"></template></script><b>bold</b>"
OVERRIDE = "\u202e\u2067 reversed \u200f\u202b"
EMOJI = "👩‍👩‍👧‍👦🏳️‍🌈 é́́́́ 🎉"


def a_run(*, tasks: Iterable[dict[str, Any]] = (), **changes: Any) -> dict[str, Any]:
    changes = {"run_phase": "running", **changes}
    return a_push(**{**changes, "tasks": [a_task(**task) for task in tasks]})


def tasks(*statuses: str) -> list[dict[str, Any]]:
    titles = (task["title"] for task in recording("nextjs_completed")[-1]["tasks"])
    return [
        {"id": str(number), "title": title, "status": status}
        for number, (title, status) in enumerate(zip(titles, statuses, strict=False))
    ]


STATES: dict[str, list[dict[str, Any]]] = {
    "nothing": [],
    "idle": [a_run(run_phase="idle")],
    "running": recording("nextjs_completed")[:12],
    "completed": recording("nextjs_completed"),
    "error": recording("nextjs_error"),
    "canceled": [
        a_run(
            run_phase="error",
            tasks=tasks("completed", "failed", "canceled", "pending"),
            error={"message": "npm could not be run.", "code": "E_NPM", "attempts": 3},
        )
    ],
    "stalled": [a_run(tasks=tasks("completed", "in_progress", "pending"))],
    "hundred": [
        a_run(
            tasks=[
                {"id": str(n), "title": f"Task {n}", "status": "in_progress" if n else "completed"}
                for n in range(100)
            ]
        )
    ],
    "hostile": [
        a_run(
            run_phase="error",
            tasks=[
                {"id": "0", "title": HOSTILE, "status": "completed"},
                {"id": "1", "title": f"Left {OVERRIDE} right", "status": "completed"},
                {"id": "2", "title": "x" * 10_000, "status": "failed"},
                {"id": "3", "title": EMOJI, "status": "in_progress"},
                {"id": "4", "title": "שלום עולם (Django 5.2)", "status": "pending"},
            ],
            error={"message": f"{HOSTILE}\n{OVERRIDE}\n{'y' * 10_000}", "where": HOSTILE},
            event_plan={"events": [{"name": HOSTILE, "description": OVERRIDE + EMOJI * 20}]},
        )
    ],
}


def pushes(state: str) -> list[dict[str, Any]]:
    """In a workflow of the state's own name: so one server shows all states beside each other."""
    return [{**push, "workflow_id": state, "session_id": f"{state}-1"} for push in STATES[state]]
