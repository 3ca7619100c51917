import asyncio
from contextlib import suppress

import pytest
from django.db import DatabaseError, OperationalError

from django_wizard_sessions import beginnings, queries
from django_wizard_sessions.beginnings import PACE, READS_AT_ONCE, Beginnings
from django_wizard_sessions.cursors import EPOCH, Cursor
from django_wizard_sessions.feeds import Feed
from django_wizard_sessions.grants import Grant
from django_wizard_sessions.models import Version
from django_wizard_sessions.openings import Openings
from django_wizard_sessions.queries import Beginning
from django_wizard_sessions.streams import Frame, Stream
from tests.loops import running_tasks, settled


def frame(session, revision):
    text = f"{session}.{revision}"
    return Frame(session, Version(revision, is_stale=False), f"id: {text}\ndata\n\n".encode())


def a_cursor(session):
    return Cursor("topic", EPOCH, session, 1)


class Database:
    """Gives the latest session as it is when it is asked, and to each cursor what it is told."""

    def __init__(self):
        self.revision = 1
        self.changed = {}
        self.fault = None
        self.reads = []
        self.versions_are_read = []
        self.answers = asyncio.Event()
        self.answers.set()

    async def ask(self, read, feed, cursors, with_versions):
        assert read is queries.beginning
        self.reads.append(cursors)
        self.versions_are_read.append(with_versions)
        latest, fault = frame(1, self.revision), self.fault
        await self.answers.wait()
        if fault is not None:
            raise fault
        changed = {cursor: self.changed.get(cursor, []) for cursor in cursors}
        return Beginning({1: latest.version} if with_versions else None, changed, latest)


@pytest.fixture
def a_feed(db):
    def a_feed(workflow="w"):
        return Feed(Grant(1, workflow, "", "comment"))

    return a_feed


@pytest.fixture
def feed(a_feed):
    return a_feed()


@pytest.fixture
async def database(clock, monkeypatch):
    database = Database()
    monkeypatch.setattr(beginnings, "ask", database.ask)
    return database


@pytest.fixture
def hurried():
    return []


@pytest.fixture
async def database_works():
    works = asyncio.Event()
    works.set()
    return works


class Storm(Openings):
    are_many = True


@pytest.fixture
async def openings():
    return Storm()


@pytest.fixture
async def of_loop(database, database_works, hurried, openings):
    return Beginnings(database_works, lambda: hurried.append(1), openings)


@pytest.fixture
async def begin(of_loop, feed):
    """A stream that is about to begin, and the task of it."""

    def begin(cursor=None, of=feed):
        stream = Stream(lambda: None, cursor)
        of.streams.add(stream)
        beginning = asyncio.create_task(of_loop.begin(of, stream))
        all_of_them.append(beginning)
        return stream, beginning

    all_of_them = []
    yield begin
    for beginning in all_of_them:
        beginning.cancel()
        with suppress(asyncio.CancelledError, DatabaseError):
            await beginning


async def test_a_storm_on_one_feed_is_read_once(begin, database):
    streams = [begin()[0] for _ in range(1000)]
    await settled()
    assert len(database.reads) == 1
    assert {stream.take() for stream in streams} == {frame(1, 1).data}


@pytest.mark.parametrize("many", [False, True])
async def test_where_tasks_are_eager_streams_begin_too(
    begin, database, openings, eager_tasks, many
):
    openings.are_many = many
    database.changed = {a_cursor(7): [frame(2, 5)]}
    streams = [begin(cursor)[0] for cursor in (a_cursor(7), None, a_cursor(8))]
    await settled()
    assert all(stream.has_begun for stream in streams)
    assert b"id: 2.5" in streams[0].take()


async def test_each_feed_is_read_for_itself(begin, database, a_feed):
    for workflow in "abc":
        begin(of=a_feed(workflow))
    await settled()
    assert len(database.reads) == 3


async def test_what_changed_is_read_once_for_each_cursor_in_the_same_read(begin, database):
    for session in (7, 8, 7, None, 8):
        begin(None if session is None else a_cursor(session))
    await settled()
    assert database.reads == [{a_cursor(7), a_cursor(8)}]


async def test_each_begins_with_what_changed_since_it_was_here(begin, database):
    database.changed = {a_cursor(7): [frame(2, 5)], a_cursor(8): [frame(3, 6)]}
    (seven, _), (eight, _), (new, _) = begin(a_cursor(7)), begin(a_cursor(8)), begin()
    await settled()
    taken = [stream.take() for stream in (seven, eight, new)]
    assert [frame(2, 5).data in frames for frames in taken] == [True, False, False]
    assert [frame(3, 6).data in frames for frames in taken] == [False, True, False]


async def test_none_begins_by_a_read_that_was_under_way(begin, database, clock):
    database.answers.clear()
    early, _ = begin()
    await settled()
    database.revision = 2
    late, beginning = begin()
    database.answers.set()
    await settled()
    assert (early.take(), late.take()) == (frame(1, 1).data, b"")
    await clock.advance(PACE)
    assert beginning.done()
    assert late.take() == frame(1, 2).data


async def test_those_that_come_within_a_moment_of_a_read_share_the_next(begin, database, clock):
    begin()
    await settled()
    streams = []
    for _ in range(5):
        streams.append(begin()[0])
        await clock.advance(PACE / 8)
    assert len(database.reads) == 1
    await clock.advance(PACE / 2)
    assert len(database.reads) == 2
    assert all(stream.has_begun for stream in streams)


async def test_one_that_comes_later_waits_for_nothing(begin, database, clock):
    begin()
    await settled()
    await clock.advance(PACE)
    stream, _ = begin()
    await settled()
    assert stream.has_begun


@pytest.mark.parametrize("is_reading", [False, True])
async def test_one_that_goes_meanwhile_harms_no_other(begin, database, is_reading):
    database.answers.clear()
    (first, going), (stays, beginning) = begin(), begin()
    if is_reading:
        await settled()
    else:
        await asyncio.sleep(0)
    going.cancel()
    await settled()
    database.answers.set()
    await settled()
    assert (going.cancelled(), first.has_begun) == (True, False)
    assert (beginning.done(), stays.has_begun) == (True, True)


async def test_what_nobody_waits_for_any_more_is_not_read(begin, database, clock):
    begin()
    await settled()
    _, going = begin()
    await settled()
    going.cancel()
    await clock.advance(PACE)
    assert (len(database.reads), running_tasks()) == (1, [])


@pytest.mark.parametrize("is_reading", [False, True])
async def test_one_that_comes_when_all_others_went_is_begun(begin, database, clock, is_reading):
    if not is_reading:
        begin()  # after which the next are not read for at once
        await settled()
    database.answers.clear()
    _, going = begin()
    await settled()
    going.cancel()
    await settled()
    database.answers.set()
    stream, _ = begin()
    await clock.advance(PACE)
    assert stream.has_begun


async def test_a_fault_reaches_all_that_are_read_for_and_none_that_come_later(
    begin, database, clock
):
    database.fault = DatabaseError("gone")
    those = [beginning for _, beginning in (begin(), begin(a_cursor(7)), begin())]
    await settled()
    assert {str(beginning.exception()) for beginning in those} == {"gone"}
    database.fault = None
    stream, _ = begin()
    await clock.advance(PACE)
    assert stream.has_begun


async def test_a_database_that_is_known_to_fail_is_not_asked(begin, database, database_works):
    _, beginning = begin()
    database_works.clear()
    await settled()
    assert isinstance(beginning.exception(), OperationalError)
    assert database.reads == []


async def test_only_a_few_feeds_are_read_at_once(begin, database, a_feed):
    database.answers.clear()
    streams = [begin(of=a_feed(str(number)))[0] for number in range(20)]
    await settled()
    assert len(database.reads) == READS_AT_ONCE
    database.answers.set()
    await settled()
    assert all(stream.has_begun for stream in streams)


async def test_one_that_waits_for_its_turn_is_begun_by_what_is_read_then(begin, database, a_feed):
    database.answers.clear()
    for number in range(READS_AT_ONCE):
        begin(of=a_feed(str(number)))
    await settled()
    early, _ = begin()
    await settled()
    database.revision = 2
    late, _ = begin()
    database.answers.set()
    await settled()
    assert len(database.reads) == READS_AT_ONCE + 1
    assert early.take() == late.take() == frame(1, 2).data


async def test_the_first_read_of_a_feed_alone_settles_what_its_streams_know(
    begin, database, feed, clock, hurried
):
    begin()
    await settled()
    assert feed.versions == {1: Version(1, is_stale=False)}
    first = feed.read_at
    stream, _ = begin()
    await clock.advance(PACE)
    assert stream.has_begun
    assert (feed.read_at, hurried) == (first, [])
    assert database.versions_are_read == [True, False]


async def test_a_push_that_the_first_read_finds_lost_is_looked_for_at_once(
    begin, database, feed, hurried
):
    begin()
    feed.offer(frame(1, 0))  # whose streams do not know yet what is read
    await settled()
    assert hurried == [1]
