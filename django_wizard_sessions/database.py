"""Asks the database from an event loop, and waits for no answer longer than is good."""

import asyncio
import contextvars
import logging
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from django.db import Error as DatabaseFault
from django.db import OperationalError, connections

ANSWER_TIMEOUT = 5.0  # seconds
LINGER = 0.5  # seconds
LIFETIME = 10.0  # seconds; what a host's database moved to is then found, however busy it is

logger: logging.Logger = logging.getLogger(__name__)

T = TypeVar("T")


async def ask(read: Callable[..., T], *args: Any) -> T:
    """What ``read`` returns, in a thread that is asked by nobody else meanwhile.

    If the database fails, it may be called a second time.

    Raises ``OperationalError`` if there is no answer within ``ANSWER_TIMEOUT``.
    """
    answer: Future[T] = Future()
    answer.set_running_or_notify_cancel()  # so that nobody can cancel it under the thread
    context = contextvars.copy_context()
    _readers.idle_or_new().questions.put((lambda: context.run(read, *args), answer))
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT):
            return await asyncio.wrap_future(answer)
    except TimeoutError as error:
        raise OperationalError(f"no answer within {ANSWER_TIMEOUT:g} s") from error


def close_connections() -> None:
    """As soon as they have answered what they are asked."""
    for reader in _readers.take_all_idle():
        reader.questions.put(None)


class _Readers:
    """As many as are asked at once: a database that hangs would use up a pool of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[_Reader] = []
        self.closings: int = 0

    def idle_or_new(self) -> "_Reader":
        with self._lock:
            if self._idle:
                return self._idle.pop()
        reader = _Reader(self.closings)
        reader.start()
        return reader

    def take_all_idle(self) -> "list[_Reader]":
        with self._lock:
            self.closings += 1
            idle, self._idle = self._idle, []
            return idle

    def put_back(self, reader: "_Reader") -> bool:
        """Unless it is to close meanwhile."""
        with self._lock:
            if is_wanted := reader.closings == self.closings:
                self._idle.append(reader)
            return is_wanted

    def withdraw(self, reader: "_Reader") -> bool:
        """Whether it was idle: if not, a question is on its way to it."""
        with self._lock:
            if is_idle := reader in self._idle:
                self._idle.remove(reader)
            return is_idle

    def forget(self) -> None:
        """In a forked process, which has none of the threads."""
        self.__init__()  # type: ignore[misc]


_readers = _Readers()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_readers.forget)


class _Reader(threading.Thread):
    """Keeps its connection for a while: streams that open at once are many.

    A daemon: the process can exit while the database hangs.
    """

    def __init__(self, closings: int) -> None:
        super().__init__(name="wizard sessions", daemon=True)
        self.closings = closings
        self.questions: SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = SimpleQueue()
        self._retires_at = time.monotonic() + LIFETIME

    def run(self) -> None:
        while self._answer_next():
            pass
        _close_connections()

    def _answer_next(self) -> bool:
        """Whether there may be another question."""
        try:
            question = self.questions.get(timeout=LINGER)
        except Empty:
            return not _readers.withdraw(self)
        if question is None:
            return False
        read, answer = question
        try:
            found = _read(read)
        except BaseException as error:  # noqa: BLE001  # raised where it is awaited
            answer.set_exception(error)
            return False
        may_go_on = time.monotonic() < self._retires_at and _readers.put_back(self)
        answer.set_result(found)
        return may_go_on


def _read(read: Callable[[], T]) -> T:
    """On a fresh connection, if the one that was kept has died meanwhile."""
    kept = [c for c in connections.all(initialized_only=True) if c.connection is not None]
    try:
        return read()
    except DatabaseFault:
        if all(c.connection is not None and c.is_usable() for c in kept):
            raise
        _close_connections()
        return read()


def _close_connections() -> None:
    for connection in connections.all(initialized_only=True):
        try:
            connection.close()
        except Exception:  # of one that is broken: it is let go all the same
            logger.exception("A connection of the database could not be closed.")
