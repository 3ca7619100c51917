"""Bare ASGI, with a queue and a task for each stream, so that none waits for another."""

import asyncio
from collections import defaultdict
from typing import Any

HEADERS = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]
MAX_PENDING = 100  # frames

queues: defaultdict[str, set[asyncio.Queue[bytes]]] = defaultdict(set)
latest: dict[str, bytes] = {}


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    topic = scope["path"].rpartition("/")[2]
    if scope["method"] == "POST":
        await publish(topic, receive)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})
    else:
        await follow(topic, receive, send)


async def publish(topic: str, receive: Any) -> None:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    latest[topic] = b"data: " + body + b"\n\n"
    for queue in queues[topic]:
        if not queue.full():
            queue.put_nowait(latest[topic])


async def follow(topic: str, receive: Any, send: Any) -> None:
    queue: asyncio.Queue[bytes] = asyncio.Queue(MAX_PENDING)
    queue.put_nowait(latest.get(topic, b":\n\n"))
    queues[topic].add(queue)
    sending = asyncio.create_task(send_all(queue, send))
    try:
        while (await receive())["type"] != "http.disconnect":
            pass
    finally:
        sending.cancel()
        queues[topic].remove(queue)


async def send_all(queue: asyncio.Queue[bytes], send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    while True:
        body = await queue.get()
        await send({"type": "http.response.body", "body": body, "more_body": True})
