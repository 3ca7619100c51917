"""What the load client can do. Each command's answer says how busy the client was meanwhile."""

import asyncio
import itertools
import time
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from .figures import figures
from .publisher import Publisher
from .requests import Connection
from .streams import Audience, Stream

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

STREAMS_PER_ADDRESS = 5000  # of the client's own: one address has not ports enough
MOST_STREAMS = 100_000  # of the addresses that are gone through
STREAM_PATIENCE = 60  # seconds
RETRY = 0.1  # seconds


class Commands:
    def __init__(self) -> None:
        self.audiences: defaultdict[str, Audience] = defaultdict(Audience)
        self.numbers = itertools.count(1)
        self.opened = 0

    async def do(self, command: dict[str, Any]) -> dict[str, Any]:
        do: Callable[..., Awaitable[dict[str, Any]]] = getattr(self, command.pop("do"))
        wall, cpu = time.monotonic(), time.process_time()
        answer = await do(**command)
        seconds = time.monotonic() - wall
        share = (time.process_time() - cpu) / seconds if seconds else 0.0
        return {**answer, "client_share": round(share, 3)}

    async def open(  # noqa: PLR0913
        self,
        *,
        audience: str,
        port: int,
        request: str,
        count: int,
        at_once: int,
        opening: str,
        topics: int = 1,
        first_topic: int = 0,
        retries: int = 0,
    ) -> dict[str, Any]:
        """Opens streams; each is open when its first event (or what ``opening`` says) is there.

        One that is refused is asked for again, so often at most.
        """
        waiting = asyncio.Semaphore(at_once)
        failures: Counter[str] = Counter()
        durations: list[float] = []

        async def one(number: int) -> None:
            topic = f"{first_topic + number % topics:08}"
            wanted = request.replace("@@topic@", topic).encode()
            async with waiting:
                begin = time.monotonic()
                for _ in range(1 + retries):
                    failure = await self._open(audience, port, wanted, opening.encode())
                    if not failure:
                        durations.append(time.monotonic() - begin)
                        return
                    failures[failure] += 1
                    await asyncio.sleep(RETRY)

        begin = time.monotonic()
        await asyncio.gather(*map(one, range(count)))
        seconds = time.monotonic() - begin
        return {
            "opened": len(durations),
            "failed": dict(failures),
            "seconds": seconds,
            "each_ms": figures(durations),
        }

    async def _open(self, audience: str, port: int, request: bytes, opening: bytes) -> str:
        """Why it failed; nothing, if the stream is open."""
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[str] = loop.create_future()

        def on_open(failure: str) -> None:
            if not ready.done():
                ready.set_result(failure)

        try:
            await loop.create_connection(
                lambda: Stream(self.audiences[audience], request, opening, on_open),
                "127.0.0.1",
                port,
                local_addr=(f"127.0.0.{2 + self.opened // STREAMS_PER_ADDRESS}", 0),
            )
            self.opened = (self.opened + 1) % MOST_STREAMS
            async with asyncio.timeout(STREAM_PATIENCE):
                return await ready
        except (OSError, TimeoutError) as error:
            return type(error).__name__

    async def close(self, audience: str) -> dict[str, Any]:
        closing = self.audiences.pop(audience, Audience())
        for stream in list(closing.streams):
            stream.transport.abort()
        return {"closed": len(closing.streams), "lost": dict(closing.lost)}

    async def push(self, audience: str, **arguments: Any) -> dict[str, Any]:
        publisher = Publisher(self.audiences[audience], self.numbers)
        return await publisher.push(**arguments)

    async def ask(self, port: int, request: str, count: int, at_once: int) -> dict[str, Any]:
        """The same request, again and again, each on a connection of its own, as a stream is."""
        wanted = request.replace("@@topic@", f"{0:08}").encode()
        waiting = asyncio.Semaphore(at_once)
        statuses: Counter[int] = Counter()
        durations: list[float] = []

        async def one() -> None:
            async with waiting:
                begin = time.monotonic()
                connection = await Connection.open("127.0.0.1", port)
                status, at = await connection.ask(wanted)
                connection.close()
                statuses[status] += 1
                durations.append(at - begin)

        begin = time.monotonic()
        await asyncio.gather(*(one() for _ in range(count)))
        seconds = time.monotonic() - begin
        return {"statuses": statuses, "seconds": seconds, "each_ms": figures(durations)}
