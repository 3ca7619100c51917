"""Command-line wizards that push all the time, and try again as the published one does."""

import time
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any

import httpx

from tests.factories import a_push

from .history import Acknowledged, Fault, State
from .stage import WORKFLOW, Stage

ATTEMPTS = 3
RETRY_DELAY = 0.2  # seconds
PACE = 0.25  # seconds between two pushes, at most
TIMEOUT = 5  # seconds


class Wizard(Thread):
    """Pushes a growing counter, to one session after the other, through either process.

    Two that are given the same ``run`` race for its sessions.
    """

    def __init__(self, name: str, run: str, skill: str, stage: Stage) -> None:
        super().__init__(name=name)
        self._run = run
        self._skill = skill
        self._processes = stage.processes
        self._history = stage.history
        self._session_length = stage.session_length
        self._random = stage.random(name)
        self._stopping = Event()
        self._began = datetime.now(UTC)
        self._counter = 0

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        while not self._stopping.wait(self._random.uniform(0, PACE)):
            self.push()

    def push(self) -> None:
        self._counter += 1
        number = (datetime.now(UTC) - self._began) // self._session_length
        self._push_until_acknowledged(
            a_push(
                f"{self._run}-{number}",
                workflow_id=WORKFLOW,
                skill_id=self._skill,
                started_at=(self._began + number * self._session_length).isoformat(),
                event_plan={"wizard": self.name, "counter": self._counter},
            )
        )

    def _push_until_acknowledged(self, body: dict[str, Any]) -> None:
        for _ in range(ATTEMPTS):
            began = time.monotonic()
            failure = self._attempt(body)
            if failure is None:
                return
            self._history.failed.append(Fault(began, time.monotonic(), failure))
            time.sleep(RETRY_DELAY)

    def _attempt(self, body: dict[str, Any]) -> str | None:
        """Why it failed, if it did. Any refusal would switch the wizard off."""
        try:
            answer = self._random.choice(self._processes).push(body, timeout=TIMEOUT)
        except httpx.TransportError as error:
            return f"push: {type(error).__name__}"
        if answer.is_success:
            self._history.acknowledged.append(
                Acknowledged(time.monotonic(), State.of(answer.json()))
            )
        elif not answer.is_server_error:
            self._history.refused.append(f"push: {answer.status_code} {answer.text}")
        return f"push: {answer.status_code}" if answer.is_server_error else None
