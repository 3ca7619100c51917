"""The ``text/event-stream`` format of the HTML standard.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import random

HEADERS = {
    "Content-Type": "text/event-stream",
    # No cache and no compressing proxy may hold a frame back; nginx is told by its own header.
    "Cache-Control": "private, no-store, no-transform",
    "X-Accel-Buffering": "no",
}


def encode(data: str, *, event: str | None = None, id: str | None = None) -> bytes:  # noqa: A002
    """One event. None of the three may hold a line break; JSON never does."""
    lines = []
    if event is not None:
        lines.append(f"event: {event}")
    if id is not None:
        lines.append(f"id: {id}")
    lines.append(f"data: {data}")
    return "\n".join([*lines, "", ""]).encode()


def with_id(frame: bytes, id: str) -> bytes:  # noqa: A002
    """The frame, which has an id, with another one."""
    return b"id: %s\n" % id.encode() + frame.partition(b"\n")[2]


HEARTBEATS = {"comment": b":\n\n", "event": encode("{}", event="ping")}
"""Shows an idle connection alive: to proxies by a comment, to a page too by a named event."""

END = encode("reconnect", event="end")
"""The last event of a stream that the server ends."""


def opening() -> bytes:
    """Sent at once, so that the client knows the connection to be open before there is any event.

    It says how many milliseconds to wait before a reconnect. Not all clients come back at once.
    """
    return b":\nretry: %d\n\n" % random.randint(1000, 5000)  # noqa: S311
