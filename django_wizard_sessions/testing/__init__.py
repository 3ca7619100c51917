"""For a host's own tests: what a wizard pushes, and a client of the stream without a server."""

from .events import Event
from .factories import a_push, a_stored_session, a_task
from .streams import EventStream, OpenStream, open_stream

__all__ = [
    "Event",
    "EventStream",
    "OpenStream",
    "a_push",
    "a_stored_session",
    "a_task",
    "open_stream",
]
