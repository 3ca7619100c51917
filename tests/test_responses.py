import pytest

from django_wizard_sessions import sse
from django_wizard_sessions.models import Version
from django_wizard_sessions.responses import StreamResponse
from django_wizard_sessions.signals import CloseReason
from django_wizard_sessions.streams import Frame, Stream

HEADERS = [(b"Content-Type", b"text/event-stream")]
FRAME = Frame(1, Version(1, is_stale=False), b"1.1 ")


@pytest.fixture
def stream():
    """That has nothing to begin with."""
    stream = Stream(lambda: None)
    stream.begin(None)
    return stream


@pytest.fixture
def unopened(stream):
    response = StreamResponse(HEADERS, "comment")
    response.stream = stream
    return response


@pytest.fixture
def response(unopened):
    """Behind its opening."""
    for _ in range(2):
        unopened.next()
    return unopened


def rest(response):
    """The bodies of all that is to be sent now."""
    return [message["body"] for message in iter(response.next, None)]


def test_it_opens_with_djangos_headers_and_a_comment(unopened):
    start = {"type": "http.response.start", "status": 200, "headers": HEADERS}
    assert unopened.next() == start
    opening = unopened.next()
    assert opening["body"].startswith(b":\nretry: ")
    assert opening["more_body"] is True
    assert unopened.next() is None


def test_it_opens_before_anything_else(unopened, stream):
    stream.offer(FRAME)
    stream.end(CloseReason.SHUTDOWN)
    unopened.heartbeat_is_due = True
    assert unopened.next()["type"] == "http.response.start"
    assert unopened.next()["body"].startswith(b":\nretry: ")


def test_what_is_due_of_the_stream_is_sent_once(response, stream):
    stream.offer(FRAME)
    body = {"type": "http.response.body", "body": b"1.1 ", "more_body": True}
    assert (response.next(), response.next()) == (body, None)


@pytest.mark.parametrize("kind", ["comment", "event"])
def test_a_heartbeat_is_of_the_kind_that_was_asked_for(stream, kind):
    response = StreamResponse(HEADERS, kind)
    response.stream = stream
    response.heartbeat_is_due = True
    _start, _opening, heartbeat = iter(response.next, None)
    assert heartbeat["body"] == sse.HEARTBEATS[kind]


def test_what_is_due_of_the_stream_is_sent_instead_of_a_heartbeat(response, stream):
    stream.offer(FRAME)
    response.heartbeat_is_due = True
    assert rest(response) == [b"1.1 "]


def test_what_is_due_comes_before_the_end(response, stream):
    stream.offer(FRAME)
    stream.end(CloseReason.SHUTDOWN)
    assert rest(response) == [b"1.1 ", sse.END]


def test_the_end_closes_the_body(response, stream):
    assert not response.has_ended
    stream.end(CloseReason.SHUTDOWN)
    assert response.next()["more_body"] is False
    assert response.has_ended


def test_the_end_is_sent_instead_of_a_heartbeat(response, stream):
    stream.end(CloseReason.SHUTDOWN)
    response.heartbeat_is_due = True
    assert rest(response) == [sse.END]


class TestAfterTheEnd:
    @pytest.fixture
    def ended(self, response, stream):
        stream.end(CloseReason.SHUTDOWN)
        assert response.next()["body"] == sse.END
        return response

    def test_no_heartbeat_follows(self, ended):
        ended.heartbeat_is_due = True
        assert ended.next() is None

    def test_no_second_end_follows(self, ended, stream):
        stream.end(CloseReason.REVOKED)
        assert ended.next() is None

    def test_nothing_follows_whatever_a_stream_gives(self, ended):
        class Careless(Stream):
            def take(self):
                return b"more"

        ended.stream = Careless(lambda: None)
        assert ended.next() is None
