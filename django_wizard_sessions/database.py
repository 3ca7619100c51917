"""Asks the database from an event loop, and waits for no answer longer than is good."""

import asyncio
import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from django.db import OperationalError, connections

ANSWER_TIMEOUT = 5.0  # seconds

T = TypeVar("T")


async def ask(read: Callable[..., T], *args: Any) -> T:
    """What ``read`` returns, from a thread of its own that closes its connections behind itself.

    Of its own: a database that hangs, and does not even fail, would use up the threads of a pool;
    and a connection that was kept may be dead. A daemon: the process can exit while it hangs.

    Raises ``OperationalError`` if there is no answer within ``ANSWER_TIMEOUT``.
    """
    answer: Future[T] = Future()
    answer.set_running_or_notify_cancel()  # so that nobody can cancel it under the thread
    context = contextvars.copy_context()

    def run() -> None:
        try:
            try:
                found = context.run(read, *args)
            finally:
                connections.close_all()
        except BaseException as error:  # noqa: BLE001  # raised where it is awaited
            answer.set_exception(error)
        else:
            answer.set_result(found)

    threading.Thread(target=run, name="wizard sessions", daemon=True).start()
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT):
            return await asyncio.wrap_future(answer)
    except TimeoutError as error:
        raise OperationalError(f"no answer within {ANSWER_TIMEOUT:g} s") from error
