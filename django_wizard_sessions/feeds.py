import math
import sys
from datetime import datetime, timedelta
from typing import Any

from django.db import router

from .grants import Grant
from .models import Version, WizardSession, WizardSessionQuerySet
from .streams import Frame, Stream
from .topics import group_name

NEWEST = 50
"""So many sessions of a feed are kept right, whatever the channel layer loses."""

RECENT = timedelta(minutes=1)
"""A push that is dated so long before a read may be news to it: by another clock, say."""


class Feed:
    """What some streams follow alike: the sessions of a workflow, and of a skill if named.

    Or one session, whatever workflow a later push moves it to.
    """

    __slots__ = (
        "_newest_sql",
        "_project_id",
        "_workflow_id",
        "begun_at",
        "fingerprint",
        "group",
        "read_at",
        "session",
        "skill_id",
        "streams",
        "versions",
    )

    def __init__(self, grant: Grant) -> None:
        self._project_id = grant.project_id
        self._workflow_id = grant.workflow_id
        self.group: str = group_name(grant.project_id, grant.workflow_id)
        self.skill_id: str = grant.skill_id
        self.session: int | None = grant.session
        self.streams: set[Stream] = set()
        self.fingerprint: tuple[Any, ...] = ()
        """Of the newest sessions in the database, when they were compared last."""
        self.versions: dict[int, Version] = {}
        """Of the newest sessions, as the streams know them."""
        self.read_at: datetime | None = None
        """When they were compared last with the database; ``None`` before."""
        self.begun_at: float = -math.inf
        """When it was read last what streams begin with, by the event loop's clock."""
        self._newest_sql: tuple[str, tuple[Any, ...]] | None = None

    @property
    def sessions(self) -> WizardSessionQuerySet:
        """Made anew: it takes more memory than all else of a feed, and there may be thousands."""
        of_project = WizardSession.objects.filter(project=self._project_id)
        sessions = (
            of_project.filter(pk=self.session)
            if self.session
            else of_project.matching(self._workflow_id, self.skill_id)
        )
        return sessions.using(router.db_for_write(WizardSession))  # a replica lags

    @property
    def newest_sql(self) -> tuple[str, tuple[Any, ...]]:
        """Selects the newest sessions, by the index that serves the list."""
        if self._newest_sql is None:
            fields = ("id", "revision", "run_phase", "updated_at")
            newest = self.sessions.values_list(*fields)[:NEWEST]
            sql, params = newest.query.get_compiler(using=newest.db).as_sql()
            self._newest_sql = sys.intern(sql), tuple(params)
        return self._newest_sql

    def offer(self, frame: Frame, *, is_found: bool = False) -> bool:
        """Gives it to all streams; an older state than the newest known one to none.

        Whether it is newer than that.
        """
        known = self.versions.get(frame.session)
        if known is not None and frame.version < known:
            return False
        self.versions[frame.session] = frame.version
        for stream in self.streams:
            stream.offer(frame, is_found=is_found)
        return frame.version != known

    def missed(self, stored: dict[int, Version]) -> set[int]:
        """The sessions that are stored in a newer version than the streams know."""
        known = self.versions
        return {pk for pk, version in stored.items() if pk not in known or version > known[pk]}

    def has(self, session: WizardSession) -> bool:
        """Whether the session belongs to the feed: a later push may have moved it to another."""
        if self.session:
            return session.pk == self.session
        return self.hears_of(session) and self.skill_id in {"", session.skill_id}

    def hears_of(self, session: WizardSession) -> bool:
        """Whether the feed's group is told of the session's pushes."""
        return group_name(session.project_id, session.workflow_id) == self.group

    def is_news(self, session: WizardSession) -> bool:
        """Whether a missed session was pushed since, and is not here for another was deleted."""
        is_new = session.pk > max(self.versions, default=0)
        is_recent = self.read_at is None or session.updated_at > self.read_at - RECENT
        return session.pk in self.versions or is_new or is_recent

    def settle(
        self, stored: dict[int, Version], fingerprint: tuple[Any, ...], at: datetime
    ) -> None:
        """Keeps what was read as known, unless something newer came meanwhile.

        At first, what the streams were given already: if that is older than what was read, the
        message in between was lost.
        """
        known = self.versions
        if self.read_at is None:
            self.versions = {**stored, **known}
        else:
            self.versions = {
                pk: max(version, known.get(pk, version)) for pk, version in stored.items()
            }
        self.fingerprint = fingerprint
        self.read_at = at
