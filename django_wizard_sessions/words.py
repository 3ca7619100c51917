"""A run in plain words, for pages and terminals alike: those of ``frontend/src/words.js``."""

from datetime import timedelta

PHASES = {
    "idle": "Waiting to start",
    "running": "Running",
    "completed": "Completed",
    "error": "Ended in an error",
    "stalled": "Stalled: no news for a while",
}
STATUSES = {
    "pending": "waiting",
    "in_progress": "in progress",
    "interrupted": "not finished",
    "completed": "done",
    "failed": "failed",
    "canceled": "canceled",
}
UNITS = {"d": 86_400, "h": 3_600, "min": 60, "s": 1}


def shown_status(status: str, phase: str) -> str:
    """Nothing is in progress in a run that is not."""
    return "interrupted" if status == "in_progress" and phase != "running" else status


def duration(time: timedelta) -> str:
    """In the two largest units: ``2 min 3 s``, and ``2 min`` where the second is 0."""
    rest = max(0, int(time.total_seconds()))
    amounts: list[tuple[int, str]] = []
    for name, seconds in UNITS.items():
        amount, rest = divmod(rest, seconds)
        if amount or amounts:
            amounts.append((amount, name))
    return " ".join(f"{amount} {name}" for amount, name in amounts[:2] if amount) or "0 s"
