"""Reads events as the HTML standard has browsers read them.

https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
"""

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    data: str
    event: str = "message"
    """``message`` for a session; ``ping`` and ``end`` are the stream's own."""

    id: str | None = None
    """What a client sends as ``Last-Event-ID`` when it comes back."""

    @property
    def session(self) -> dict[str, Any]:
        """The session that the event tells of. Raises ``ValueError`` where it tells of none."""
        if self.event != "message":
            raise ValueError(f"An event of the name {self.event!r} has no session.")
        session: dict[str, Any] = json.loads(self.data)
        return session


def parse(block: bytes) -> Event | None:
    """The event of the lines between two blank ones; ``None`` where there are only comments."""
    fields: dict[str, list[str]] = {}
    # Not splitlines(): it knows more line breaks than the format does.
    for line in block.decode().split("\n"):
        name, _, value = line.partition(":")
        fields.setdefault(name, []).append(value.removeprefix(" "))
    if "data" not in fields:
        return None
    return Event(
        data="\n".join(fields["data"]),
        event=fields.get("event", ["message"])[-1],
        id=fields["id"][-1] if "id" in fields else None,
    )
