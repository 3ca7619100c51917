"""The ``id:`` of a frame, by which a client that comes back says what it saw last.

It is opaque to clients. It gives access to nothing: what it says is only where to go on from.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.utils import timezone

from .conf import get_settings
from .models import WizardSession
from .topics import group_name

MAX_AGE = timedelta(days=1)
CLOCK_SKEW = timedelta(minutes=1)
LATE_COMMIT = 1.0  # seconds; a push is dated before it is committed

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FORM = re.compile(r"([0-9a-f]{10})\.([0-9]{1,17})\.([0-9]{1,19})\.([0-9]{1,19})")


class Cursor(NamedTuple):
    topic: str
    pushed_at: datetime
    session: int
    revision: int

    @classmethod
    def of(cls, session: WizardSession) -> "Cursor":
        topic = _tag(group_name(session.project_id, session.workflow_id))
        return cls(topic, session.updated_at, session.pk, session.revision)

    @classmethod
    def parse(cls, text: str, group: str) -> "Cursor | None":
        """``None`` for one of another topic, too old, of the future, or of no form of ours."""
        form = _FORM.fullmatch(text)
        if form is None:
            return None
        topic, microseconds, session, revision = form.groups()
        pushed_at = EPOCH + timedelta(microseconds=int(microseconds))
        now = timezone.now()
        if topic != _tag(group) or not now - MAX_AGE <= pushed_at <= now + CLOCK_SKEW:
            return None
        return cls(topic, pushed_at, int(session), int(revision))

    def __str__(self) -> str:
        microseconds = (self.pushed_at - EPOCH) // timedelta(microseconds=1)
        return f"{self.topic}.{microseconds}.{self.session}.{self.revision}"

    def is_before(self, session: WizardSession) -> bool:
        """Whether the client may not know the session as it is now."""
        if (session.pk, session.revision) == (self.session, self.revision):
            return session.is_stale
        changed_at = session.stale_at if session.is_stale else session.updated_at
        # So long, what the channel layer lost may not have been found when the client went.
        unseen = timedelta(seconds=get_settings().STREAM_RECONCILE_INTERVAL + LATE_COMMIT)
        return changed_at > self.pushed_at - unseen


def _tag(group: str) -> str:
    return group[-10:]
