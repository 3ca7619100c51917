"""Asks the database what of the feeds it has that their streams may not know.

However many feeds there are, it is one query while nothing changed (or one for each ``CHUNK``). For
use in a thread.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any

from django.db import connections, router

from .cursors import Cursor
from .feeds import NEWEST, Feed
from .models import RunPhase, Version, WizardSession, stale_cutoff
from .streams import Frame

logger: logging.Logger = logging.getLogger(__name__)

CHUNK = 100  # SQLite takes no more than 500 SELECTs in one

_RUNNING = ", ".join(f"'{phase}'" for phase in RunPhase if not phase.is_terminal)
_IS_STALE = f"CASE WHEN updated_at < cutoff AND run_phase IN ({_RUNNING}) THEN 1 ELSE 0 END"


def fingerprints(feeds: Sequence[Feed]) -> list[tuple[Any, ...]]:
    """One of each feed's newest sessions: another one, whenever any of them is another.

    A push adds to the sum of revisions; a session that comes or goes changes the ids.
    """
    columns = f"COUNT(*), MAX(id), SUM(id), SUM(revision), SUM({_IS_STALE})"
    return [tuple(row[1:]) for row in sorted(_select(columns, feeds), key=itemgetter(0))]


def versions(feeds: Sequence[Feed]) -> list[dict[int, Version]]:
    """The versions of each feed's newest sessions, by primary key."""
    found: list[dict[int, Version]] = [{} for _ in feeds]
    for number, pk, revision, is_stale in _select(f"id, revision, {_IS_STALE}", feeds):
        found[number][pk] = Version(revision, bool(is_stale))
    return found


def frames(pks: Iterable[int]) -> list[tuple[WizardSession, Frame]]:
    """These sessions with their frames, in the order in which they were pushed."""
    primary = router.db_for_write(WizardSession)
    sessions = WizardSession.objects.using(primary).filter(pk__in=list(pks))
    return list(_renderable(sessions.order_by("updated_at")))


def _renderable(sessions: Iterable[WizardSession]) -> Iterator[tuple[WizardSession, Frame]]:
    """Without those that cannot be rendered, as the host stored them: one must not hide others."""
    for session in sessions:
        try:
            yield session, Frame.of(session)
        except Exception:
            logger.exception("The wizard session with the primary key %s is broken.", session.pk)


def changed_since(feed: Feed, cursor: Cursor) -> list[Frame]:
    """Of the newest sessions, those that the cursor's client may not know, in order of change."""
    state = feed.sessions.defer("tasks", "event_plan", "error")[:NEWEST]
    changed = [session.pk for session in state if cursor.is_before(session)]
    return [frame for session, frame in frames(changed) if feed.has(session)]


def latest(feed: Feed) -> Frame | None:
    session = feed.sessions.first()
    return None if session is None else Frame.of(session)


def _select(columns: str, feeds: Sequence[Feed]) -> Iterator[tuple[Any, ...]]:
    """The columns, from the newest sessions of each feed, behind the feed's number."""
    connection = connections[router.db_for_write(WizardSession)]
    cutoff = connection.ops.adapt_datetimefield_value(stale_cutoff())
    for start in range(0, len(feeds), CHUNK):
        selects: list[str] = []
        params: list[Any] = [cutoff]  # once, not for each feed: a tick is to cost little
        for number, feed in enumerate(feeds[start : start + CHUNK], start):
            newest, of_feed = feed.newest_sql
            selects.append(f"SELECT {number}, {columns} FROM ({newest}) newest, now")  # noqa: S608
            params += of_feed
        with connection.cursor() as cursor:
            together = " UNION ALL ".join(selects)
            cursor.execute(f"WITH now AS (SELECT %s AS cutoff) {together}", params)
            yield from cursor.fetchall()
