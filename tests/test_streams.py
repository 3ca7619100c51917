import pytest

from django_wizard_sessions.cursors import EPOCH, Cursor
from django_wizard_sessions.models import Version
from django_wizard_sessions.signals import CloseReason
from django_wizard_sessions.streams import Frame, Stream


def frame(session, revision):
    return Frame(session, Version(revision, is_stale=False), f"{session}.{revision} ".encode())


@pytest.fixture
def stream():
    """That has nothing to begin with."""
    stream = Stream(lambda: None)
    stream.begin(None)
    return stream


def test_it_gives_what_it_was_offered_in_order(stream):
    stream.offer(frame(1, 1))
    stream.offer(frame(2, 1))
    assert stream.take() == b"1.1 2.1 "


def test_it_gives_nothing_twice(stream):
    stream.offer(frame(1, 1))
    stream.take()
    stream.offer(frame(1, 1))
    assert stream.take() == b""


def test_an_older_revision_never_follows_a_newer_one(stream):
    stream.offer(frame(1, 2))
    stream.take()
    stream.offer(frame(1, 1))
    assert stream.take() == b""


def test_of_a_session_only_the_newest_state_waits(stream):
    for revision in (1, 3, 2):
        stream.offer(frame(1, revision))
    assert stream.take() == b"1.3 "


def test_the_session_that_changed_last_comes_last(stream):
    for session, revision in [(1, 1), (2, 1), (1, 2)]:
        stream.offer(frame(session, revision))
    assert stream.take() == b"2.1 1.2 "


class TestTelling:
    @pytest.fixture
    def told(self):
        return []

    @pytest.fixture
    def stream(self, told):
        return Stream(lambda: told.append("due"))

    def test_it_tells_once_until_it_is_taken_from(self, stream, told):
        stream.begin(None)
        stream.take()
        told.clear()
        stream.offer(frame(1, 1))
        stream.offer(frame(2, 1))
        assert told == ["due"]
        stream.take()
        stream.offer(frame(2, 2))
        assert told == ["due", "due"]

    def test_it_tells_nothing_of_what_is_offered_before_it_begins(self, stream, told):
        stream.offer(frame(1, 1))
        assert told == []
        stream.begin(None)
        assert told == ["due"]

    def test_it_tells_nothing_of_what_is_not_new(self, stream, told):
        stream.begin(frame(1, 2))
        stream.take()
        told.clear()
        stream.offer(frame(1, 1))
        assert told == []

    def test_it_tells_its_end(self, stream, told):
        stream.end(CloseReason.SHUTDOWN)
        stream.end(CloseReason.REVOKED)
        assert told == ["due"]
        assert stream.close_reason is CloseReason.SHUTDOWN


class TestEnd:
    def test_what_was_due_is_given_still(self, stream):
        stream.offer(frame(1, 1))
        stream.end(CloseReason.REVOKED)
        assert stream.take() == b"1.1 "

    @pytest.mark.parametrize("session", [1, 2])
    def test_nothing_that_is_offered_later_is_taken(self, stream, session):
        stream.offer(frame(1, 1))
        stream.end(CloseReason.REVOKED)
        stream.offer(frame(session, 2))
        assert stream.take() == b"1.1 "
        stream.offer(frame(session, 3), is_found=True)
        assert stream.take() == b""

    def test_one_that_ended_before_it_began_does_not_begin(self):
        stream = Stream(lambda: None)
        stream.offer(frame(2, 1))
        stream.end(CloseReason.REVOKED)
        stream.begin(frame(1, 2), [frame(3, 4)])
        assert (stream.has_begun, stream.take()) == (False, b"")


class TestBeginning:
    """The latest session, 1, was read from the database at revision 2."""

    @pytest.fixture
    def stream(self):
        return Stream(lambda: None)

    @pytest.mark.parametrize(
        ("before", "after", "given"),
        [
            ("", "", "1.2"),
            ("1.2", "", "1.2"),
            ("", "1.2", "1.2"),
            ("", "1.2 1.2", "1.2"),
            ("1.1", "", "1.2"),
            ("", "1.1", "1.2"),
            ("1.3", "", "1.2 1.3"),
            ("", "1.3", "1.2 1.3"),
            ("2.5", "", "1.2 2.5"),
            ("1.2 2.5", "", "1.2 2.5"),
            ("1.1 2.5", "1.2", "1.2 2.5 1.2"),
            ("2.5 1.2", "", "1.2 2.5 1.2"),
            ("2.5", "1.2", "1.2 2.5 1.2"),
            ("2.5", "1.2 1.2", "1.2 2.5 1.2"),
            ("2.5 1.3", "1.2", "1.2 2.5 1.3"),
            ("", "2.5 1.2", "1.2 2.5 1.2"),
            ("", "1.2 2.5 1.2", "1.2 2.5"),
            ("", "2.5 1.3 1.2", "1.2 2.5 1.3"),
        ],
    )
    @pytest.mark.parametrize("eager", [True, False])
    def test_it_comes_first_and_the_session_that_was_pushed_last_comes_last(
        self, stream, before, after, given, eager
    ):
        def offered(frames):
            for one in frames.split():
                session, revision = one.split(".")
                stream.offer(frame(int(session), int(revision)))
                yield

        list(offered(before))
        stream.begin(frame(1, 2))
        taken = b""
        for _ in offered(after):
            if eager:  # each before the next one comes
                taken += stream.take()
        taken += stream.take()
        assert taken.decode().split() == given.split()

    def test_nothing_is_given_before(self, stream):
        stream.offer(frame(1, 1))
        assert stream.take() == b""
        stream.begin(None)
        assert stream.take() == b"1.1 "

    def test_what_the_client_missed_comes_before_the_latest_again(self):
        before = Cursor("topic", EPOCH, 7, 1)
        stream = Stream(lambda: None, before)
        latest = Frame(1, Version(2, is_stale=False), b"id: now\ndata: 1.2\n\n")
        stream.begin(latest, [frame(3, 4), frame(2, 5)])
        first = f"id: {before}\ndata: 1.2\n\n".encode()
        assert stream.take() == first + b"3.4 2.5 " + latest.data
        assert stream.frames_taken == 4

    def test_what_the_client_missed_is_not_sent_again(self, stream):
        stream.offer(frame(3, 3))
        stream.begin(frame(1, 2), [frame(3, 4)])
        stream.take()
        stream.offer(frame(3, 4))
        assert stream.take() == b""
