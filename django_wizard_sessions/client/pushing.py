"""Pushes the states of a run, from a thread of its own."""

import asyncio
import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Self

import httpx

from . import outbox
from .answers import reaching_server, require_ok
from .errors import UnavailableError, WizardSessionsError
from .outbox import Outbox, State
from .requests import request_headers, sessions_url

PATIENCE = 5.0  # seconds
REFUSALS = {401, 403}  # the key will not get better

_logger = logging.getLogger(__name__)


def log_fault(fault: str | None) -> None:
    if fault:
        _logger.warning("The wizard's run cannot be followed: %s", fault)
    else:
        _logger.info("The wizard's run can be followed again.")


class Pusher:
    """Pushes the newest state of a run, as often as the server may be asked to take one.

    Neither waits nor fails, whatever the server does: ``on_fault`` is told what does not arrive,
    and ``None`` when states arrive again. The end of the ``with``, or ``async with``, waits for the
    last state to arrive, for ten seconds at most.
    """

    def __init__(
        self,
        url: str,
        *,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
        on_fault: Callable[[str | None], None] = log_fault,
    ) -> None:
        """Raises ``ValueError`` for a URL or key that cannot be one."""
        self._url = sessions_url(url)
        given = {**request_headers(key, headers), "Content-Type": "application/json"}
        self._client = httpx.Client(headers=given, timeout=PATIENCE)
        self._on_fault = on_fault
        self._told: str | None = None
        self._failure: str | None = None
        self._outbox = Outbox()
        self._changed = threading.Condition()
        # No process waits for a daemon: not even where a wizard is left without an exit.
        self._thread = threading.Thread(target=self._run, name="wizard-sessions", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def push(self, state: Mapping[str, Any]) -> None:
        """Returns at once. Of what is reported in short order, the last state alone is pushed.

        It is written as JSON only then: what it holds is to stay as it is, not to be changed.
        """
        with self._changed:
            due = self._outbox.due
            self._outbox.put(state, time.monotonic())
            if self._outbox.due < due:  # nobody is woken for nothing
                self._changed.notify()

    def close(self) -> None:
        """Waits until the last state has arrived, or will not do so in time."""
        with self._changed:
            self._outbox.close(time.monotonic())
            self._changed.notify()
        self._thread.join(outbox.FLUSH)
        if not self._outbox.is_empty:
            self._tell(self._failure or "the server does not answer")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(self, *_exception: object) -> None:
        await asyncio.to_thread(self.close)

    def _run(self) -> None:
        with self._client:
            while (state := self._next()) is not None:
                self._try(state)

    def _next(self) -> State | None:
        """Waits until one is due; ``None`` where none will be."""
        with self._changed:
            while not self._outbox.is_over(now := time.monotonic()):
                if (state := self._outbox.take(now)) is not None:
                    return state
                self._changed.wait(min(self._outbox.due - now, threading.TIMEOUT_MAX))
        return None

    def _try(self, state: State) -> None:
        try:
            self._post(state)
        except UnavailableError as fault:
            self._failure = str(fault)
            with self._changed:
                goes_on = self._outbox.retry(fault, time.monotonic())
            if not goes_on:
                self._tell(str(fault))
        except WizardSessionsError as refusal:
            self._settle(for_good=refusal.status in REFUSALS)
            self._tell(str(refusal))
        except httpx.RequestError as error:  # the request itself is wrong
            self._settle()
            self._tell(str(error))
        else:
            self._settle()
            self._tell(None)

    def _post(self, state: State) -> None:
        try:
            text = json.dumps(state, ensure_ascii=False, allow_nan=False)
        except (RuntimeError, TypeError, ValueError) as error:
            raise WizardSessionsError(f"the state cannot be written as JSON: {error}") from error
        # What is no Unicode, as names of files may be, would be refused.
        body = text.encode(errors="replace")
        with reaching_server():
            response = self._client.post(self._url, content=body)
        require_ok(response)

    def _settle(self, *, for_good: bool = False) -> None:
        self._failure = None
        with self._changed:
            self._outbox.settle()
            if for_good:
                self._outbox.switch_off()

    def _tell(self, fault: str | None) -> None:
        """Once, however often it happens."""
        if fault != self._told:
            self._told = fault
            self._on_fault(fault)
