"""Asks the database from an event loop, and waits for no answer longer than is good."""

import asyncio
import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from django.db import Error as DatabaseFault
from django.db import OperationalError, connections

ANSWER_TIMEOUT = 5.0  # seconds
LINGER = 0.5  # seconds

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


def close_idle_connections() -> None:
    for reader in _readers.take_all_idle():
        reader.questions.put(None)


class _Readers:
    """As many as are asked at once: a database that hangs would use up a pool of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[_Reader] = []

    def idle_or_new(self) -> "_Reader":
        with self._lock:
            if self._idle:
                return self._idle.pop()
        reader = _Reader()
        reader.start()
        return reader

    def take_all_idle(self) -> "list[_Reader]":
        with self._lock:
            idle, self._idle = self._idle, []
            return idle

    def put_back(self, reader: "_Reader") -> None:
        with self._lock:
            self._idle.append(reader)

    def withdraw(self, reader: "_Reader") -> bool:
        """Whether it was idle: if not, a question is on its way to it."""
        with self._lock:
            if is_idle := reader in self._idle:
                self._idle.remove(reader)
            return is_idle


_readers = _Readers()


class _Reader(threading.Thread):
    """Keeps its connection for a while: streams that open at once are many.

    A daemon: the process can exit while the database hangs.
    """

    def __init__(self) -> None:
        super().__init__(name="wizard sessions", daemon=True)
        self.questions: SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = SimpleQueue()

    def run(self) -> None:
        while True:
            try:
                question = self.questions.get(timeout=LINGER)
            except Empty:
                if _readers.withdraw(self):
                    break
                continue
            if question is None:
                break
            self._answer(*question)
        connections.close_all()

    def _answer(self, read: Callable[[], Any], answer: Future[Any]) -> None:
        try:
            found = _read(read)
        except BaseException as error:  # noqa: BLE001  # raised where it is awaited
            connections.close_all()
            _readers.put_back(self)
            answer.set_exception(error)
        else:
            _readers.put_back(self)
            answer.set_result(found)


def _read(read: Callable[[], T]) -> T:
    """On a fresh connection, if the one that was kept has died meanwhile."""
    kept = [c for c in connections.all(initialized_only=True) if c.connection is not None]
    try:
        return read()
    except DatabaseFault:
        if all(c.connection is not None and c.is_usable() for c in kept):
            raise
        connections.close_all()
        return read()
