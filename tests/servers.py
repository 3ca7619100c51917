"""Servers as an application knows them: by the ``send`` that it is given."""

import asyncio
from functools import partial
from typing import Any


class Uvicorn:
    """Its ``send`` waits before it writes, while the client does not read."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.fault: Exception | None = None
        self._client_reads = asyncio.Event()
        self._client_reads.set()
        self._client_reads_once = False

    async def send(self, message: dict[str, Any]) -> None:
        await self._client_reads.wait()
        if self.fault is not None:
            raise self.fault
        self._write(message)

    send.__module__ = "uvicorn.protocols.http"

    def _write(self, message: dict[str, Any]) -> None:
        self.messages.append(message)
        if self._client_reads_once:
            self._client_reads_once = False
            self.client_stops_reading()

    @property
    def bodies(self) -> list[bytes]:
        """Behind the opening."""
        return [message["body"] for message in self.messages[2:]]

    def client_stops_reading(self) -> None:
        self._client_reads.clear()

    def client_reads_again(self) -> None:
        self._client_reads.set()

    def client_reads_once(self) -> None:
        """What it did not take yet; it stops at the next message."""
        self._client_reads_once = True
        self.client_reads_again()


class OtherServer(Uvicorn):
    """Of which it is not known whether its ``send`` can do without a task."""

    async def send(self, message: dict[str, Any]) -> None:
        await super().send(message)


class Request:
    """Twisted's, which daphne answers."""

    def __init__(self) -> None:
        self.channel: Any = object()
        self.producer: Any = None
        self.events: list[Any] = []

    def registerProducer(self, producer: Any, streaming: bool) -> None:  # noqa: FBT001, N802
        self.producer = producer

    def unregisterProducer(self) -> None:  # noqa: N802
        self.producer = None
        self.events.append("unregistered")


class Daphne(Uvicorn):
    """Its ``send`` never waits: it is for its producer to know whether the client reads."""

    def __init__(self) -> None:
        super().__init__()
        self.request = Request()
        self.send: Any = partial(self.handle_reply, self.request)

    async def handle_reply(self, request: Request, message: dict[str, Any]) -> None:
        request.events.append(message)
        self._write(message)

    handle_reply.__module__ = "daphne.server"

    def client_stops_reading(self) -> None:
        if self.request.producer is not None:  # else nobody wants to know
            self.request.producer.pauseProducing()

    def client_reads_again(self) -> None:
        if self.request.producer is not None:
            self.request.producer.resumeProducing()
