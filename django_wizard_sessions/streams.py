import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from . import sse
from .cursors import Cursor
from .models import Version, WizardSession
from .serializers import render_session


class Frame(NamedTuple):
    """One state of one session, ready to be sent."""

    session: int
    version: Version
    data: bytes

    @classmethod
    def of(cls, session: WizardSession) -> "Frame":
        data = sse.encode(render_session(session), id=str(Cursor.of(session)))
        return cls(session.pk, session.version, data)


class Stream:
    """What is still to be sent to one client: of each session, at most the newest state.

    A client may keep the last event alone: so the session that was pushed last comes last, unless
    messages were lost.
    """

    __slots__ = (
        "_arrival",
        "_awaited",
        "_first",
        "_last",
        "_pending",
        "_versions",
        "is_ended",
    )

    def __init__(self) -> None:
        self._first = b""
        self._pending: dict[int, Frame] = {}
        self._versions: dict[int, Version] = {}
        self._last: int | None = None
        self._awaited: Frame | None = None
        self._arrival = asyncio.Event()
        self.is_ended = False

    def saw(self, session: int, revision: int) -> None:
        """What the client knows from before."""
        self._versions[session] = Version(revision, is_stale=False)

    def begin(self, latest: Frame, changed: Sequence[Frame] = (), last_event_id: str = "") -> None:
        """Puts the latest session, as it was read, before all that was offered meanwhile.

        The push that was read may be yet to be offered, after pushes of other sessions: it is
        then taken again, in its place. ``changed`` are the other sessions that the client missed,
        the one that was pushed last at the end; the latest is repeated behind them. Before them,
        it leaves the client where it is: the connection may be cut before they are through.
        """
        for frame in changed:
            known = self._versions.get(frame.session)
            if known is None or known < frame.version:
                self._versions[frame.session] = frame.version
                self._pending.pop(frame.session, None)
        known = self._versions.get(latest.session)
        if known is None or known < latest.version:
            self._versions[latest.session] = latest.version
            self._pending.pop(latest.session, None)
            self._awaited = latest
        elif known == latest.version and next(iter(self._pending), None) == latest.session:
            del self._pending[latest.session]
        self._first = latest.data
        if changed:
            first = sse.with_id(latest.data, last_event_id)
            self._first = b"".join([first, *(frame.data for frame in changed), latest.data])
        self._last = next(reversed(self._pending), latest.session)
        self._arrival.set()

    def offer(self, frame: Frame) -> None:
        """Takes the frame, unless this state of its session or a newer one was here before."""
        known = self._versions.get(frame.session)
        if known is not None and frame.version <= known and not self._is_awaited(frame):
            return
        self._versions[frame.session] = frame.version
        self._pending.pop(frame.session, None)
        self._pending[frame.session] = frame
        self._last = frame.session
        self._arrival.set()

    def _is_awaited(self, frame: Frame) -> bool:
        if self._awaited is None or frame[:2] != self._awaited[:2]:
            return False
        self._awaited = None
        return self._last != frame.session

    def end(self) -> None:
        """Wakes who waits: there is no more to come."""
        self.is_ended = True
        self._arrival.set()

    async def take(self, patience: float) -> bytes:
        """What is due, as soon as anything is; after so many seconds, nothing."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._arrival.wait()
        self._arrival.clear()
        first, self._first = self._first, b""
        due, self._pending = self._pending, {}
        return first + b"".join(frame.data for frame in due.values())
