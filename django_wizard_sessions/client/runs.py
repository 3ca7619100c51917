"""Which of the states that are sent are news to their follower."""

from collections.abc import Iterator
from urllib.parse import quote

from .errors import WizardSessionsError
from .sessions import Session


class LatestRun:
    """The run that started last: from the first state of a later one on, that one."""

    def __init__(self) -> None:
        self._latest: Session | None = None

    def is_news(self, session: Session) -> bool:
        latest = self._latest
        if latest is not None and _is_of_earlier_run(session, latest):
            return False
        self._latest = session
        return latest is None or session.json != latest.json  # which each stream begins with


class NewRun(LatestRun):
    """The same; but the one that had ended before there was any stream is passed over."""

    def __init__(self) -> None:
        super().__init__()
        self._passed_over: str | None = None

    @property
    def has_begun(self) -> bool:
        return self._passed_over is not None

    def begin(self, latest: Session | None) -> None:
        self._passed_over = latest.session_id if latest and latest.has_ended else ""

    def is_news(self, session: Session) -> bool:
        return super().is_news(session) and session.session_id != self._passed_over


class PinnedRun:
    """The run of this id alone. Each stream begins with the latest, which may be another."""

    def __init__(self, session_id: str, workflow: str, skill: str | None) -> None:
        self.session_id = session_id
        self.path: str = f"{quote(session_id, safe='')}/"
        self._topic = workflow, skill
        self._read: Session | None = None
        self._last: Session | None = None

    def news_when_read(self, session: Session | None) -> Iterator[Session]:
        """It is read when the stream is open already: so nothing falls in between."""
        if session is None or not self._is_in_stream(session):
            raise WizardSessionsError("the session is of another workflow or skill")
        self._read = session
        if self._is_another(session):
            yield session

    def is_news(self, session: Session) -> bool:
        if session.session_id != self.session_id:
            return False
        # It may have been on its way since before the read. But clocks may differ, and no end may
        # be missed.
        is_older = self._read is not None and session.updated_at < self._read.updated_at
        return (session.has_ended or not is_older) and self._is_another(session)

    def _is_in_stream(self, session: Session) -> bool:
        workflow, skill = self._topic
        return session.workflow_id == workflow and skill in {None, "", session.skill_id}

    def _is_another(self, session: Session) -> bool:
        last, self._last = self._last, session
        return last is None or session.json != last.json


def _is_of_earlier_run(session: Session, latest: Session) -> bool:
    """By the order in which the server has them."""
    if session.session_id == latest.session_id:
        return False
    return (session.started_at, session.created_at) < (latest.started_at, latest.created_at)
