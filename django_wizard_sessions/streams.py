from collections.abc import Callable, Sequence
from typing import NamedTuple

from . import sse
from .cursors import Cursor
from .models import Version, WizardSession
from .serializers import render_session
from .signals import CloseReason


class Frame(NamedTuple):
    """One state of one session, ready to be sent."""

    session: int
    version: Version
    data: bytes

    @classmethod
    def of(cls, session: WizardSession) -> "Frame":
        version = session.version  # first: it may go stale before it is rendered, not after
        data = sse.encode(render_session(session), id=str(Cursor.of(session)))
        return cls(session.pk, version, data)


class Stream:
    """What is still to be sent to one client: of each session, at most the newest state.

    A client may keep the last event alone: so the session that was pushed last comes last, unless
    messages were lost. ``on_due`` is called when there may be something to take, and not again
    until it was taken.
    """

    __slots__ = (
        "_awaited",
        "_first",
        "_has_told",
        "_last",
        "_on_due",
        "_pending",
        "_versions",
        "close_reason",
        "cursor",
        "frames_taken",
        "has_begun",
    )

    def __init__(self, on_due: Callable[[], None], cursor: Cursor | None = None) -> None:
        self.cursor: Cursor | None = cursor
        """What the client saw last, when it was here before."""
        self._on_due = on_due
        self._has_told = False
        self._first: Sequence[bytes] = ()
        self._pending: dict[int, Frame] = {}
        self._versions: dict[int, Version] = {}
        if cursor is not None:
            self._versions[cursor.session] = Version(cursor.revision, is_stale=False)
        self._last: int | None = None
        self._awaited: dict[int, Version] = {}
        self.has_begun: bool = False
        self.frames_taken: int = 0
        self.close_reason: CloseReason | None = None

    def begin(self, latest: Frame | None, changed: Sequence[Frame] = ()) -> None:
        """Puts the latest session, as it was read, before all that was offered meanwhile.

        Nothing is given before. The push that was read may be yet to be offered, after pushes of
        other sessions: it is then taken again, in its place. ``changed`` are the other sessions
        that the client missed, the one that was pushed last at the end; the latest is repeated
        behind them. Before them, it leaves the client where it is: the connection may be cut
        before they are through.
        """
        if self.close_reason is not None:
            return
        self.has_begun = True
        if latest is not None:
            self._put_first(latest, changed)
        if latest is not None or self._pending:
            self.tell()

    def _put_first(self, latest: Frame, changed: Sequence[Frame]) -> None:
        for frame in changed:
            known = self._versions.get(frame.session)
            if known is None or known < frame.version:
                self._versions[frame.session] = frame.version
                self._pending.pop(frame.session, None)
        known = self._versions.get(latest.session)
        if known is None or known < latest.version:
            self._versions[latest.session] = latest.version
            self._pending.pop(latest.session, None)
            self._awaited[latest.session] = latest.version
        elif known == latest.version and next(iter(self._pending), None) == latest.session:
            del self._pending[latest.session]
        self._first = (latest.data,)
        if changed:
            first = sse.with_id(latest.data, str(self.cursor))
            self._first = (first, *(frame.data for frame in changed), latest.data)
        self._last = next(reversed(self._pending), latest.session)

    def offer(self, frame: Frame, *, is_found: bool = False) -> None:
        """Takes the frame, unless this state of its session or a newer one was here before.

        One that was found in the database may be ahead of its message, and of other sessions'
        messages: when its own arrives, it is taken again, in its place.
        """
        if self.close_reason is not None:
            return
        known = self._versions.get(frame.session)
        if known is not None and frame.version <= known and not self._is_awaited(frame):
            return
        self._versions[frame.session] = frame.version
        if is_found:
            self._awaited[frame.session] = frame.version
        if self._pending:
            self._pending.pop(frame.session, None)
        self._pending[frame.session] = frame
        self._last = frame.session
        if self.has_begun:
            self.tell()

    def _is_awaited(self, frame: Frame) -> bool:
        if self._awaited.get(frame.session) != frame.version:
            return False
        del self._awaited[frame.session]
        return self._last != frame.session

    def end(self, reason: CloseReason) -> None:
        """Takes no more: what is due is the last."""
        self.close_reason = self.close_reason or reason
        self.tell()

    def tell(self) -> None:
        """Calls ``on_due``, unless it was called since something was last taken."""
        if not self._has_told:
            self._has_told = True
            self._on_due()

    def take(self) -> bytes:
        """What is due: of each session, one frame. Nothing before the beginning."""
        self._has_told = False
        if not self.has_begun or not (self._pending or self._first):
            return b""
        due = [frame.data for frame in self._pending.values()]
        self._pending.clear()
        if self._first:
            due = [*self._first, *due]
            self._first = ()
        self.frames_taken += len(due)
        return due[0] if len(due) == 1 else b"".join(due)
