"""Which of the states that are sent are news to their follower."""

from .errors import WizardSessionsError
from .sessions import Session


class LatestRun:
    """The run that started last: from the first state of a later one on, that one.

    If it is to be new, one that had ended before is passed over.
    """

    def __init__(self, *, new: bool) -> None:
        self._passes_over = new
        self._passed_over = ""
        self._latest: Session | None = None

    def begin_with_nothing(self) -> None:
        """The stream is open, and nothing has run yet."""
        self._passes_over = False

    def is_news(self, session: Session) -> bool:
        if self._passes_over and session.has_ended:
            self._passed_over = session.session_id
        self._passes_over = False
        latest = self._latest
        if latest is not None and _is_of_earlier_run(session, latest):
            return False
        self._latest = session
        if session.session_id == self._passed_over:
            return False
        return latest is None or session.json != latest.json  # which each stream begins with


class PinnedRun:
    """The run of this id alone. Its state is read each time that the stream is open."""

    def __init__(self, session_id: str, workflow: str, skill: str | None) -> None:
        self.session_id = session_id
        self._topic = workflow, skill
        self._read: Session | None = None
        self._last: Session | None = None

    def begin_with_nothing(self) -> None:
        """The run is another matter than what the stream begins with."""

    def is_news_when_read(self, session: Session) -> bool:
        workflow, skill = self._topic
        if (session.workflow_id, session.skill_id) != (workflow, skill or session.skill_id):
            # The stream would never tell of it.
            raise WizardSessionsError("the session is of another workflow or skill")
        self._read = session
        return self._is_another(session)

    def is_news(self, session: Session) -> bool:
        if session.session_id != self.session_id:
            return False
        # It may have been on its way since before the read. But clocks may differ, and no end may
        # be missed.
        is_older = self._read is not None and session.updated_at < self._read.updated_at
        return (session.has_ended or not is_older) and self._is_another(session)

    def _is_another(self, session: Session) -> bool:
        last, self._last = self._last, session
        return last is None or session.json != last.json


def _is_of_earlier_run(session: Session, latest: Session) -> bool:
    """By the order in which the server has them."""
    if session.session_id == latest.session_id:
        return False
    return (session.started_at, session.created_at) < (latest.started_at, latest.created_at)
