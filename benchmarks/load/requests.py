"""A keep-alive connection that asks one HTTP request at a time, and reads no more than it must."""

import asyncio
import time
from typing import cast

PATIENCE = 60  # seconds
LENGTH = b"content-length:"


class Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self._received = b""
        self._answer: asyncio.Future[float] | None = None
        self.is_closed = False

    @classmethod
    async def open(cls, host: str, port: int) -> "Connection":
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(cls, host, port)
        return connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's are of no class of asyncio

    async def ask(self, request: bytes) -> tuple[int, float]:
        """The answer's status, and when it was there."""
        self._received = b""
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        async with asyncio.timeout(PATIENCE):
            at = await self._answer
        return int(self._received[9:12]), at

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._answer and not self._answer.done() and is_complete(self._received):
            self._answer.set_result(time.monotonic())

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_closed = True
        if self._answer and not self._answer.done():
            self._answer.set_exception(ConnectionError("closed before it answered"))

    def close(self) -> None:
        self.transport.close()


def is_complete(answer: bytes) -> bool:
    head, gap, body = answer.partition(b"\r\n\r\n")
    if not gap:
        return False
    if head[9:12] == b"204":
        return True
    head = head.lower()
    at = head.find(LENGTH)
    if at >= 0:
        return len(body) >= int(head[at + len(LENGTH) :].split(b"\r\n", 1)[0])
    return body.endswith(b"0\r\n\r\n")
