"""Carries out at once what need not wait, and only what has to wait in a task.

A task for each frame costs more than to send it. But the ``send`` of some servers waits for nothing
while the client keeps up, and does not care in which task it is called.
"""

from collections.abc import Coroutine, Generator
from contextlib import suppress
from functools import partial
from typing import Any

SERVERS = ("uvicorn.", "daphne.")


def is_of_server(send: Any) -> bool:
    """Whether it is the server's own.

    What a middleware has put around it may need a task of its own: for a timeout, say.
    """
    function = send.func if isinstance(send, partial) else send
    module: str = getattr(getattr(function, "__func__", None), "__module__", "")
    return module.startswith(SERVERS)


def begin(coroutine: Coroutine[Any, Any, object]) -> "Rest | None":
    """Carries it out until it has to wait: then returns the rest, to be awaited in a task."""
    try:
        waits_for = coroutine.send(None)
    except StopIteration:
        return None
    return Rest(coroutine, waits_for)


class Rest:
    """Of a coroutine that waits for something."""

    def __init__(self, coroutine: Coroutine[Any, Any, object], waits_for: Any) -> None:
        self._coroutine = coroutine
        self._waits_for = waits_for

    def __await__(self) -> Generator[Any, Any, None]:
        """Hands on what the coroutine waits for, and to it what comes of that (PEP 380)."""
        with suppress(StopIteration):
            while True:
                try:
                    came = yield self._waits_for
                except BaseException as error:  # noqa: BLE001  # a cancellation, most of all
                    self._waits_for = self._coroutine.throw(error)
                else:
                    self._waits_for = self._coroutine.send(came)
