from http import HTTPStatus
from typing import Any

from . import sse
from .streams import Stream

Headers = list[tuple[bytes, bytes]]
Message = dict[str, Any]


class StreamResponse:
    """The ASGI messages of a response: the opening, what is due of the stream, at last the end."""

    __slots__ = ("_headers", "_heartbeat", "_is_open", "has_ended", "heartbeat_is_due", "stream")

    stream: Stream

    def __init__(self, headers: Headers, heartbeat: str) -> None:
        self._headers: Headers | None = headers
        self._heartbeat = heartbeat
        self._is_open = False
        self.has_ended: bool = False
        """Nothing may follow."""
        self.heartbeat_is_due: bool = False
        """Unless something else is."""

    def next(self) -> Message | None:
        """What is to be sent now, if anything."""
        if not self._is_open:
            return self._open()
        if self.has_ended:
            return None
        if due := self.stream.take():
            self.heartbeat_is_due = False
            return {"type": "http.response.body", "body": due, "more_body": True}
        if self.stream.close_reason is not None:
            self.has_ended = True
            return {"type": "http.response.body", "body": sse.END, "more_body": False}
        if self.heartbeat_is_due:
            self.heartbeat_is_due = False
            body = sse.HEARTBEATS[self._heartbeat]
            return {"type": "http.response.body", "body": body, "more_body": True}
        return None

    def _open(self) -> Message:
        if self._headers is not None:
            headers, self._headers = self._headers, None  # a stream may be open for long
            return {"type": "http.response.start", "status": HTTPStatus.OK, "headers": headers}
        self._is_open = True
        return {"type": "http.response.body", "body": sse.opening(), "more_body": True}
