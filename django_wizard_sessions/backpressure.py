"""Lets a stream wait for its client to read, on daphne too.

The ``send`` of other servers returns when the client keeps up. Daphne's returns at once, and what
is not read piles up in its memory. But its Twisted request tells a producer when to pause.
"""

import asyncio
from functools import partial
from typing import Any


class Producer:
    """Twisted's ``IPushProducer``, which it calls in the thread of the event loop."""

    __slots__ = ("_may_write", "_request")

    def __init__(self, request: Any) -> None:
        self._request = request
        self._may_write = asyncio.Event()
        self._may_write.set()
        request.registerProducer(self, True)

    async def wait(self) -> None:
        """Until the client keeps up."""
        await self._may_write.wait()

    def unregister(self) -> None:
        """To be called before the response's end, and in any case."""
        self._may_write.set()
        request, self._request = self._request, None
        if request is not None and request.channel is not None:
            request.unregisterProducer()
        # Else it was done already, or the client went and took the producer along.

    def pauseProducing(self) -> None:  # noqa: N802
        self._may_write.clear()

    def resumeProducing(self) -> None:  # noqa: N802
        self._may_write.set()

    stopProducing = resumeProducing  # noqa: N815  # the client went: what is sent is dropped


def producer(send: Any) -> Producer | None:
    """What to wait for before sending more; nothing, where ``send`` itself waits."""
    request: Any = send.args[0] if isinstance(send, partial) and send.args else None
    if getattr(request, "channel", None) is None:  # another server, or the client is gone
        return None
    return Producer(request)
