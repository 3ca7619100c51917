"""Pushes at a rate, and times each from the request, and from its answer, to every frame."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from .figures import figures
from .requests import Connection
from .streams import Audience, Push

PATIENCE = 20  # seconds, for what was pushed last


class Publisher:
    def __init__(self, audience: Audience, numbers: Iterator[int]) -> None:
        self.audience = audience
        self.numbers = numbers
        self.pushes: list[Push] = []
        self.statuses: Counter[int] = Counter()
        self.idle: list[Connection] = []

    async def push(  # noqa: PLR0913
        self,
        port: int,
        request: str,
        count: int,
        rate: float,
        topic: int = 0,
        *,
        waits: bool,
        jitter: float = 0.0,
    ) -> dict[str, Any]:
        """``waits``: no push goes before the one before has come through to every stream.

        Otherwise they go by the clock, whatever becomes of those before. ``jitter`` has each wait
        for up to so many seconds more.
        """
        request = request.replace("@@topic@", f"{topic:08}")
        received = self.audience.bytes
        begin = time.monotonic()
        sending = []
        for turn in range(count):
            due = begin + turn / rate + random.uniform(0, jitter)  # noqa: S311
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            task = asyncio.create_task(self._send(port, request))
            sending.append(task)
            if waits:
                await task
                await self._wait(self.pushes[-1])
        await asyncio.gather(*sending)
        if self.pushes:
            await self._wait(self.pushes[-1])
        seconds = time.monotonic() - begin
        for connection in self.idle:
            connection.close()
        return self._outcome(seconds, self.audience.bytes - received)

    async def _send(self, port: int, request: str) -> None:
        number = next(self.numbers)
        push = Push(len(self.audience.streams))
        self.audience.pushes[number] = push
        self.pushes.append(push)
        connection = self.idle.pop() if self.idle else await Connection.open("127.0.0.1", port)
        if connection.is_closed:  # the server keeps it for some seconds
            connection = await Connection.open("127.0.0.1", port)
        push.sent_at = time.monotonic()
        status, push.answered_at = await connection.ask(
            request.replace("@number@", f"{number:08}").encode()
        )
        self.statuses[status] += 1
        self.idle.append(connection)

    async def _wait(self, push: Push) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await push.has_arrived.wait()
        except TimeoutError:
            pass  # the outcome counts what is missing

    def _outcome(self, seconds: float, received: int) -> dict[str, Any]:
        events = sum(len(push.arrivals) for push in self.pushes)
        return {
            "pushes": len(self.pushes),
            "statuses": self.statuses,
            "expected": sum(push.expected for push in self.pushes),
            "events": events,
            "bytes_per_event": round(received / events) if events else None,
            "seconds": seconds,
            "answer_ms": figures(push.answered_at - push.sent_at for push in self.pushes),
            "from_request_ms": figures(
                at - push.sent_at for push in self.pushes for at in push.arrivals
            ),
            "from_answer_ms": figures(
                at - push.answered_at for push in self.pushes for at in push.arrivals
            ),
        }
