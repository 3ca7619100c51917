"""asyncio's transports and nothing else: the limit of what Python can do."""

import asyncio
import sys
from collections import defaultdict
from typing import cast

import uvloop

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n\r\n"
DONE = b"HTTP/1.1 204 No Content\r\n\r\n"

transports: defaultdict[bytes, set[asyncio.Transport]] = defaultdict(set)
latest: dict[bytes, bytes] = {}


class Peer(asyncio.Protocol):
    received = b""
    topic = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's are of no class of asyncio

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, gap, body = self.received.partition(b"\r\n\r\n")
        if not gap:
            return
        topic = head.split(b" ", 2)[1].rpartition(b"/")[2]
        if head.startswith(b"GET"):
            self.topic = topic
            self.transport.write(HEAD + latest.get(topic, b":\n\n"))
            transports[topic].add(self.transport)
        elif len(body) == int(head.partition(b"Content-Length: ")[2].split(b"\r\n")[0]):
            self.received = b""
            latest[topic] = frame = b"data: " + body + b"\n\n"
            for transport in transports[topic]:
                transport.write(frame)
            self.transport.write(DONE)

    def connection_lost(self, exc: Exception | None) -> None:
        transports[self.topic].discard(self.transport)


async def main(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Peer, "127.0.0.1", port, backlog=2048)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
