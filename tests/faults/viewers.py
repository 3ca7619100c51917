"""Browsers that follow the wizards, and come back with ``Last-Event-ID`` when they were cut off."""

import json
import math
import time
from threading import Event, Thread

import httpx

from tests import sse

from .history import Connection, Fault, Seen, State
from .stage import WORKFLOW, Stage

RECONNECT_DELAY = 0.2  # seconds


class Viewer(Thread):
    """Follows a skill, or all of them, on one process after the other.

    A restless one goes by itself too, after some time and without a word.
    """

    def __init__(self, name: str, skill: str, stage: Stage, *, patience: float = math.inf) -> None:
        super().__init__(name=name)
        self.skill = skill
        self._processes = stage.processes
        self._history = stage.history
        self._random = stage.random(name)
        self._patience = patience  # seconds
        self._stopping = Event()
        self._last_event_id = ""

    def stop(self) -> None:
        self._stopping.set()

    def settle(self) -> None:
        """Goes no more by itself."""
        self._patience = math.inf

    def run(self) -> None:
        while not self._stopping.is_set():
            began = time.monotonic()
            failure = self._connect()
            if failure is not None:
                self._history.failed.append(Fault(began, time.monotonic(), failure))
            self._stopping.wait(RECONNECT_DELAY)

    def _connect(self) -> str | None:
        """Why there was no stream, if there was none. A browser would ask for no other."""
        process = self._random.choice(self._processes)
        follows = {"workflow_id": WORKFLOW, "skill_id": self.skill}
        try:
            stream = process.stream(after=self._last_event_id, **follows)
        except httpx.TransportError as error:
            return f"stream: {type(error).__name__}"
        with stream:
            status = stream.response.status_code
            if status == 200:
                self._follow(stream)
            elif status < 500:
                self._history.refused.append(f"stream: {status} {stream.response.text}")
        return f"stream: {status}" if status >= 500 else None

    def _follow(self, stream: sse.EventStream) -> None:
        opened = time.monotonic()
        try:
            self._read(stream, opened)
        except httpx.TransportError:
            pass  # the server was killed
        finally:
            self._history.connections.append(Connection(self.name, opened, time.monotonic()))

    def _read(self, stream: sse.EventStream, opened: float) -> None:
        cursor = self._last_event_id
        for block in stream.blocks():
            event = sse.Event.of(block)
            if event and event.id:
                self._record(event.id, event.data, cursor)
            # A heartbeat comes soon, if nothing else does.
            if self._stopping.is_set() or time.monotonic() > opened + self._patience:
                stream.abort()
                return

    def _record(self, event_id: str, data: str, cursor: str) -> None:
        """An event by the id of the one before leaves the client there: it has no revision."""
        revision = None if event_id == cursor else int(event_id.rpartition(".")[2])
        state = State.of(json.loads(data))
        self._history.seen.append(Seen(time.monotonic(), self.name, revision, state))
        self._last_event_id = event_id
