"""Bare ASGI: whoever publishes sends to each stream in turn. Nothing can cost less Python."""

from collections import defaultdict
from typing import Any

HEADERS = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]

streams: defaultdict[str, set[Any]] = defaultdict(set)
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
    message = {"type": "http.response.body", "body": latest[topic], "more_body": True}
    for send in list(streams[topic]):
        await send(message)


async def follow(topic: str, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    body = latest.get(topic, b":\n\n")
    await send({"type": "http.response.body", "body": body, "more_body": True})
    streams[topic].add(send)
    try:
        while (await receive())["type"] != "http.disconnect":
            pass
    finally:
        streams[topic].remove(send)
