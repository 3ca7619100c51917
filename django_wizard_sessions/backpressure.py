"""Lets a consumer wait for a client to read, on daphne too.

The ``send`` of other servers returns when the client keeps up. Daphne's returns at once, and what
is not read piles up in its memory. But its Twisted request tells a producer when to pause.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any


class _Producer:
    """Twisted's ``IPushProducer``, which it calls in the thread of the event loop."""

    def __init__(self) -> None:
        self.may_write = asyncio.Event()
        self.may_write.set()

    def pauseProducing(self) -> None:  # noqa: N802
        self.may_write.clear()

    def resumeProducing(self) -> None:  # noqa: N802
        self.may_write.set()

    stopProducing = resumeProducing  # noqa: N815  # the client went: what is sent is dropped


@contextmanager
def backpressure(send: Any) -> Iterator[Callable[[], Awaitable[Any]] | None]:
    """Gives what to await before sending more; nothing, where ``send`` itself waits."""
    request: Any = send.args[0] if isinstance(send, partial) and send.args else None
    if getattr(request, "channel", None) is None:  # another server, or the client is gone
        yield None
        return
    producer = _Producer()
    request.registerProducer(producer, True)
    try:
        yield producer.may_write.wait
    finally:
        if request.channel is not None:  # else the client went, and took the producer along
            request.unregisterProducer()
