"""Open streams, as cheap for the client as they can be: frames are found by their mark, not parsed.

Each frame holds, once and near its end, ``MARK`` and the push's number in eight digits.
"""

import asyncio
import time
from array import array
from collections import Counter
from collections.abc import Callable
from typing import cast

MARK = b"PUSH"
DIGITS = 8
MARKED = len(MARK) + DIGITS
LONGEST_OPENING = 32


class Push:
    """One push on its way to an audience."""

    def __init__(self, expected: int) -> None:
        self.expected = expected
        self.sent_at = 0.0
        self.answered_at = 0.0
        self.arrivals = array("d")
        self.has_arrived = asyncio.Event()
        if not expected:
            self.has_arrived.set()


class Audience:
    """Streams that are pushed the same."""

    def __init__(self) -> None:
        self.streams: set[Stream] = set()
        self.lost: Counter[str] = Counter()
        self.pushes: dict[int, Push] = {}
        self.bytes = 0

    def see(self, number: int, now: float) -> None:
        push = self.pushes.get(number)
        if push is not None:
            push.arrivals.append(now)
            if len(push.arrivals) == push.expected:
                push.has_arrived.set()


class Stream(asyncio.Protocol):
    __slots__ = ("audience", "is_open", "on_open", "opening", "request", "rest", "transport")

    def __init__(
        self, audience: Audience, request: bytes, opening: bytes, on_open: Callable[[str], None]
    ) -> None:
        self.audience = audience
        self.request = request
        self.opening = opening
        self.on_open = on_open
        self.is_open = False
        self.rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's are of no class of asyncio
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        audience = self.audience
        audience.bytes += len(data)
        if self.rest:
            data = self.rest + data
        if not self.is_open:
            self._opens(data)
        end = 0
        at = data.find(MARK)
        while at >= 0 and at + MARKED <= len(data):
            end = at + MARKED
            audience.see(int(data[at + len(MARK) : end]), now)
            at = data.find(MARK, end)
        if data.endswith(b"\n"):
            self.rest = b""
        else:  # what is cut may be a mark
            self.rest = data[max(end, len(data) - LONGEST_OPENING) :]

    def _opens(self, data: bytes) -> None:
        if data.startswith(b"HTTP/1.1 ") and not data.startswith(b"HTTP/1.1 200"):
            self.on_open(data[9:12].decode())
            self.transport.abort()
        elif self.opening in data:
            self.is_open = True
            self.audience.streams.add(self)
            self.on_open("")

    def connection_lost(self, exc: Exception | None) -> None:
        self.audience.streams.discard(self)
        if not self.is_open:
            self.on_open("connection lost")
        elif not self.transport.is_closing() or exc:
            self.audience.lost[str(exc or "ended by the server")] += 1
