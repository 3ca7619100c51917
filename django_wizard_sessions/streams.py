import asyncio
from contextlib import suppress
from typing import NamedTuple

from . import sse


class Frame(NamedTuple):
    """One state of one session, ready to be sent."""

    session: int
    revision: int
    data: bytes

    @classmethod
    def encode(cls, session: int, revision: int, data: str) -> "Frame":
        return cls(session, revision, sse.encode(data, id=f"{session}.{revision}"))


class Stream:
    """What is still to be sent to one client: of each session, at most the newest state.

    A client may keep the last event alone: so the session that was pushed last comes last.
    """

    __slots__ = ("_arrival", "_awaited", "_first", "_last", "_pending", "_revisions", "skill_id")

    def __init__(self, skill_id: str) -> None:
        self.skill_id = skill_id
        self._first = b""
        self._pending: dict[int, Frame] = {}
        self._revisions: dict[int, int] = {}
        self._last: int | None = None
        self._awaited: Frame | None = None
        self._arrival = asyncio.Event()

    def begin(self, latest: Frame) -> None:
        """Puts the latest session, as it was read, before all that was offered meanwhile.

        The push that was read may be yet to be offered, after pushes of other sessions: it is
        then taken again, in its place.
        """
        known = self._revisions.get(latest.session, 0)
        if known < latest.revision:
            self._revisions[latest.session] = latest.revision
            self._pending.pop(latest.session, None)
            self._awaited = latest
        elif known == latest.revision and next(iter(self._pending)) == latest.session:
            del self._pending[latest.session]
        self._first = latest.data
        self._last = next(reversed(self._pending), latest.session)
        self._arrival.set()

    def offer(self, frame: Frame) -> None:
        """Takes the frame, unless this state of its session or a newer one was here before."""
        if frame.revision <= self._revisions.get(frame.session, 0) and not self._is_awaited(frame):
            return
        self._revisions[frame.session] = frame.revision
        self._pending.pop(frame.session, None)
        self._pending[frame.session] = frame
        self._last = frame.session
        self._arrival.set()

    def _is_awaited(self, frame: Frame) -> bool:
        if self._awaited is None or frame[:2] != self._awaited[:2]:
            return False
        self._awaited = None
        return self._last != frame.session

    async def take(self, patience: float) -> bytes:
        """What is due, as soon as anything is; after so many seconds, nothing."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._arrival.wait()
        self._arrival.clear()
        first, self._first = self._first, b""
        due, self._pending = self._pending, {}
        return first + b"".join(frame.data for frame in due.values())
