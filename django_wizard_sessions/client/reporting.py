"""Tells the server of a wizard's run: its tasks, and how it ended."""

import asyncio
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Self

from .pushing import Pusher, log_fault
from .sessions import RunPhase, TaskStatus

LONGEST_MESSAGE = 10_000  # characters


class WizardRun:
    """A run of a wizard, which begins and ends with the ``with``, or ``async with``.

    Reports whatever changes by a :class:`Pusher`: so the wizard neither waits nor fails for it.
    An exception ends the run in an error, and goes on.
    """

    def __init__(  # noqa: PLR0913
        self,
        url: str,
        *,
        workflow: str,
        skill: str,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
        on_fault: Callable[[str | None], None] = log_fault,
    ) -> None:
        """Raises ``ValueError`` for a URL or key that cannot be one."""
        self.workflow = workflow
        self.skill = skill
        self.started_at: str = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        # No two runs may share it: hence the fraction of the second. A slash could not be in a URL.
        self.session_id: str = f"{workflow}-{skill}-{self.started_at}".replace("/", "-")
        self._phase: RunPhase = "idle"
        self._tasks: list[WizardTask] = []
        self._planned: list[WizardTask] = []  # which nobody has asked for yet
        self._error: dict[str, Any] | None = None
        self._fields: dict[str, Any] = {}
        self._lock = threading.RLock()
        self._pusher = Pusher(url, key=key, headers=headers, on_fault=on_fault)

    def plan(self, *titles: str) -> None:
        """Shows tasks that are still to come."""
        with self._lock:
            for title in titles:
                self._planned.append(self._add(title))
            self.report()

    def task(self, title: str) -> "WizardTask":
        """The first planned one of this title, which nobody else gets; or one more."""
        with self._lock:
            for task in self._planned:
                if task.title == title:
                    self._planned.remove(task)
                    return task
            return self._add(title)

    def report(self, **fields: Any) -> None:
        """Reports the run as it is, from now on with these fields of a session.

        Such as ``event_plan``, those of your host's own, or an ``error`` that says more.
        """
        with self._lock:  # so that no thread overtakes another with an older state
            self._fields.update(fields)
            self._pusher.push(self._state())

    def _add(self, title: str) -> "WizardTask":
        task = WizardTask(self, str(len(self._tasks)), title)
        self._tasks.append(task)
        return task

    def _state(self) -> dict[str, Any]:
        state = {
            "session_id": self.session_id,
            "workflow_id": self.workflow,
            "skill_id": self.skill,
            "started_at": self.started_at,
            "run_phase": self._phase,
            "tasks": [
                {"id": task.id, "title": task.title, "status": task.status} for task in self._tasks
            ],
        }
        error = {"error": self._error} if self._error else {}
        return {**state, **error, **self._fields}

    def _begin(self) -> None:
        self._phase = "running"
        self.report()
        self._pusher.start()

    def _end(self, exception: BaseException | None) -> None:
        self._error = _error_of(exception)
        self._phase = "error" if self._error else "completed"
        self.report()

    def __enter__(self) -> Self:
        self._begin()
        return self

    def __exit__(self, _type: object, exception: BaseException | None, _traceback: object) -> None:
        self._end(exception)
        self._pusher.close()

    async def __aenter__(self) -> Self:
        self._begin()
        return self

    async def __aexit__(
        self, _type: object, exception: BaseException | None, _traceback: object
    ) -> None:
        self._end(exception)
        await asyncio.to_thread(self._pusher.close)


class WizardTask:
    """A task of a run, which is in progress within its ``with``; or has the status it is given."""

    def __init__(self, run: WizardRun, task_id: str, title: str) -> None:
        self.id = task_id
        self.title = title
        self._run = run
        self._status: TaskStatus = "pending"

    @property
    def status(self) -> TaskStatus:
        return self._status

    @status.setter
    def status(self, status: TaskStatus) -> None:
        self._status = status
        self._run.report()

    def __enter__(self) -> Self:
        self.status = "in_progress"
        return self

    def __exit__(self, _type: object, exception: BaseException | None, _traceback: object) -> None:
        if self._status == "in_progress":
            self.status = _status_after(exception)


def _status_after(exception: BaseException | None) -> TaskStatus:
    if _error_of(exception) is None:
        return "completed"
    return "canceled" if _is_interruption(exception) else "failed"


def _error_of(exception: BaseException | None) -> dict[str, Any] | None:
    """What is told of it, without its traceback; ``None`` for none, and for ``sys.exit(0)``."""
    if exception is None or (isinstance(exception, SystemExit) and not exception.code):
        return None
    return {"type": type(exception).__name__, "message": _message_of(exception)}


def _message_of(exception: BaseException) -> str:
    if _is_interruption(exception):
        return "The wizard was interrupted."
    message = ""
    with suppress(Exception):  # an exception may be unable to say what it is
        message = str(exception)
    if isinstance(exception, SystemExit) and isinstance(exception.code, int):
        message = f"The wizard ended with status {exception.code}."
    # Servers refuse what is longer, and null characters.
    return (message or type(exception).__name__)[:LONGEST_MESSAGE].replace("\0", "")


def _is_interruption(exception: BaseException | None) -> bool:
    """Ctrl-C, or a task of asyncio that was canceled."""
    return isinstance(exception, BaseException) and not isinstance(
        exception, Exception | SystemExit
    )
