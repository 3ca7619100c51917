"""Asks the database what of the feeds it has that their streams may not know.

However many feeds there are, it is one query while nothing changed (or one for each chunk). For use
in a thread.
"""

import logging
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from django.db import connections, router

from .cursors import Cursor
from .feeds import NEWEST, Feed
from .models import RunPhase, Version, WizardSession, stale_cutoff
from .streams import Frame

logger: logging.Logger = logging.getLogger(__name__)

CHUNK = 100  # feeds; SQLite takes no more than 500 SELECTs in one
LATERAL_CHUNK = 250  # feeds; PostgreSQL takes more to be so dear that it is worth to compile

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


class Beginning(NamedTuple):
    """What streams of a feed begin with."""

    versions: dict[int, Version] | None
    """Of the newest sessions; ``None`` if they were not asked for."""
    changed: dict[Cursor, list[Frame]]
    """By each cursor, of the sessions but the latest those that changed since."""
    latest: Frame | None


def beginning(feed: Feed, cursors: Collection[Cursor], with_versions: bool) -> Beginning:  # noqa: FBT001
    """In this order: what is pushed in between comes behind all of it."""
    [stored] = versions([feed]) if with_versions else [None]
    changed = changed_since(feed, cursors) if cursors else {}
    newest = latest(feed)
    others = {
        cursor: [frame for frame in frames if newest and frame.session != newest.session]
        for cursor, frames in changed.items()
    }
    return Beginning(stored, others, newest)


def changed_since(feed: Feed, cursors: Collection[Cursor]) -> dict[Cursor, list[Frame]]:
    """By each cursor, of the newest sessions those that its client may not know."""
    newest = list(feed.sessions.defer("tasks", "event_plan", "error")[:NEWEST])
    changed = {
        cursor: {session.pk for session in newest if cursor.is_before(session)}
        for cursor in cursors
    }
    found = [
        (session.pk, frame)
        for session, frame in frames(set().union(*changed.values()))
        if feed.has(session)
    ]
    return {cursor: [frame for pk, frame in found if pk in pks] for cursor, pks in changed.items()}


def latest(feed: Feed) -> Frame | None:
    session = feed.sessions.first()
    return None if session is None else Frame.of(session)


def _select(columns: str, feeds: Sequence[Feed]) -> Iterator[tuple[Any, ...]]:
    """The columns, from the newest sessions of each feed, behind the feed's number."""
    connection = connections[router.db_for_write(WizardSession)]
    cutoff = connection.ops.adapt_datetimefield_value(stale_cutoff())
    is_postgresql = connection.vendor == "postgresql"
    together, chunk = (_laterally, LATERAL_CHUNK) if is_postgresql else (_united, CHUNK)
    numbered = list(enumerate(feeds))
    for start in range(0, len(feeds), chunk):
        sql, params = together(columns, numbered[start : start + chunk])
        with connection.cursor() as cursor:
            # The cutoff once, not for each feed: a tick is to cost little.
            cursor.execute(f"WITH now AS (SELECT %s AS cutoff) {sql}", [cutoff, *params])
            yield from cursor.fetchall()


def _united(columns: str, feeds: Sequence[tuple[int, Feed]]) -> tuple[str, list[Any]]:
    """A SELECT for each feed."""
    selects = [
        f"SELECT {number}, {columns} FROM ({feed.newest_sql[0]}) newest, now"  # noqa: S608
        for number, feed in feeds
    ]
    return " UNION ALL ".join(selects), [param for _, feed in feeds for param in feed.newest_sql[1]]


def _laterally(columns: str, feeds: Sequence[tuple[int, Feed]]) -> tuple[str, list[Any]]:
    """A SELECT for all feeds of a kind: to plan one for each takes PostgreSQL ten times as long."""
    selects: list[str] = []
    params: list[Any] = []
    for newest, of_kind in groupby(sorted(feeds, key=_kind), key=_kind):
        given = list(zip(*((number, *feed.newest_sql[1]) for number, feed in of_kind), strict=True))
        keys = [f"key_{place}" for place in range(1, len(given))]
        of_feed = newest % tuple(f"given.{key}" for key in keys)
        selects.append(
            f"SELECT given.number, found.* FROM UNNEST({', '.join(map(_array, given))})"  # noqa: S608
            f" given ({', '.join(['number', *keys])})"
            f" CROSS JOIN LATERAL (SELECT {columns} FROM ({of_feed}) newest, now) found"
        )
        params += map(list, given)
    return " UNION ALL ".join(selects), params


def _array(values: Sequence[Any]) -> str:
    """The placeholder of one. PostgreSQL takes the type from the values, if they are no strings."""
    return "%s::text[]" if isinstance(values[0], str) else "%s"


def _kind(numbered: tuple[int, Feed]) -> str:
    return numbered[1].newest_sql[0]
