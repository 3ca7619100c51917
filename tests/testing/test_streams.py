"""The client of the stream, with applications as small as can be."""

import asyncio
from contextvars import ContextVar
from http.cookies import SimpleCookie

import pytest

from django_wizard_sessions.testing import Event, connections, open_stream, streams

EVENT_STREAM = [(b"content-type", b"text/event-stream")]


def streaming(*chunks):
    """An application that sends these, and then waits until the client goes."""

    async def application(scope, receive, send):
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": EVENT_STREAM})
        for chunk in chunks:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await receive()

    return application


def answering(status, headers, *parts):
    async def application(scope, receive, send):
        await send({"type": "http.response.start", "status": status, "headers": headers})
        for part in parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body"})

    return application


@pytest.mark.parametrize(
    ("chunk", "event"),
    [
        (b"data: {}\n\n", Event("{}", event="message", id=None)),
        (b"event: ping\nid: 7\ndata: {}\n\n", Event("{}", event="ping", id="7")),
        (b"data:a\ndata:  b\n\n", Event("a\n b")),
        (b":\nretry: 1000\n\n:\n\ndata: after comments\n\n", Event("after comments")),
        ("data: a\u0085b\u2028c\rd\n\n".encode(), Event("a\u0085b\u2028c\rd")),
    ],
)
async def test_an_event_is_what_a_browser_would_see(chunk, event):
    async with open_stream(streaming(chunk), "/") as stream:
        assert await stream.next() == event


@pytest.mark.parametrize(
    "chunks", [[b"data: 1\n\ndata: 2\n\n"], [b"data: 1\n", b"\nda", b"ta: 2\n\n"]]
)
async def test_events_may_come_together_and_in_pieces(chunks):
    async with open_stream(streaming(*chunks), "/") as stream:
        assert [(await stream.next()).data for _ in range(2)] == ["1", "2"]


def test_the_session_of_an_event_is_its_json():
    assert Event('{"session_id": "run-1"}').session == {"session_id": "run-1"}


def test_an_event_of_the_streams_own_has_no_session():
    with pytest.raises(ValueError, match="'ping' has no session"):
        _ = Event("{}", event="ping").session


async def test_a_stream_that_is_silent_can_be_asked_again():
    is_time = asyncio.Event()

    async def late(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": EVENT_STREAM})
        await is_time.wait()
        await send({"type": "http.response.body", "body": b"data: late\n\n", "more_body": True})

    async with open_stream(late, "/") as stream:
        async with asyncio.timeout(2):
            with pytest.raises(TimeoutError, match=r"no event for 0.05 seconds"):
                await stream.next(patience=0.05)
        is_time.set()
        assert (await stream.next()).data == "late"


async def test_a_stream_that_the_server_ended_has_no_next_event():
    application = answering(200, EVENT_STREAM, b"event: end\ndata: reconnect\n\n")
    async with open_stream(application, "/") as stream:
        assert await stream.next() == Event("reconnect", event="end")
        for _ in range(2):
            with pytest.raises(EOFError):
                await stream.next()


async def test_a_refusal_is_given_whole():
    headers = [(b"WWW-Authenticate", b"Bearer"), (b"Vary", b"Cookie"), (b"vary", b"Origin")]
    async with open_stream(answering(401, headers, b"Who ", b"are you?"), "/") as stream:
        assert (stream.status, stream.body) == (401, b"Who are you?")
        assert stream.headers == {"www-authenticate": "Bearer", "vary": "Cookie, Origin"}
        assert stream.headers["Www-Authenticate"] == "Bearer"
        with pytest.raises(EOFError):
            await stream.next()


@pytest.mark.parametrize(
    ("status", "headers"), [(403, EVENT_STREAM), (200, [(b"content-type", b"text/html")])]
)
async def test_what_is_no_stream_to_a_browser_is_a_refusal(status, headers):
    async with open_stream(answering(status, headers, b"no"), "/") as stream:
        assert (stream.status, stream.body) == (status, b"no")


async def test_an_application_that_does_not_answer_fails_the_test(monkeypatch):
    async def application(scope, receive, send):
        while (await receive())["type"] != "http.disconnect":
            pass

    monkeypatch.setattr(streams, "PATIENCE", 0.05)
    with pytest.raises(TimeoutError, match="gave no answer"):
        async with open_stream(application, "/"):
            pass


async def test_the_request_is_as_it_was_asked_for():
    scopes = []

    async def application(scope, receive, send):
        scopes.append(scope)
        await answering(204, [])(scope, receive, send)

    async with open_stream(
        application,
        "/caf%C3%A9/stream/?workflow_id=a%20b",
        query_params={"skill_id": "c&d"},
        headers={"Last-Event-ID": "7", "Host": "shop.example"},
        cookies=SimpleCookie('sessionid=x; Path=/; theme="dark blue"'),
    ):
        [scope] = scopes
    assert (scope["method"], scope["path"]) == ("GET", "/café/stream/")
    assert scope["raw_path"] == b"/caf%C3%A9/stream/"
    assert scope["query_string"] == b"workflow_id=a%20b&skill_id=c%26d"
    assert sorted(scope["headers"]) == [
        (b"accept", b"text/event-stream"),
        (b"cookie", b'sessionid=x; theme="dark blue"'),
        (b"host", b"shop.example"),
        (b"last-event-id", b"7"),
    ]


async def test_the_application_knows_nothing_of_the_tests_context():
    variable = ContextVar("variable")
    variable.set("of the test")
    known = []

    async def application(scope, receive, send):
        known.append(variable.get(None))
        await answering(204, [])(scope, receive, send)

    async with open_stream(application, "/"):
        assert known == [None]


class TestLeaving:
    @pytest.fixture
    def heard(self):
        return []

    @pytest.fixture
    def application(self, heard):
        async def application(scope, receive, send):
            heard.append(await receive())
            await send({"type": "http.response.start", "status": 200, "headers": EVENT_STREAM})
            heard.append(await receive())

        return application

    async def test_the_application_hears_the_client_go(self, application, heard):
        async with open_stream(application, "/"):
            assert [message["type"] for message in heard] == ["http.request"]
        assert [message["type"] for message in heard] == ["http.request", "http.disconnect"]

    async def test_an_application_that_has_answered_hears_that_it_is_over(self):
        async def application(scope, receive, send):
            await receive()
            await answering(204, [])(scope, receive, send)
            await receive()

        async with open_stream(application, "/") as stream:
            with pytest.raises(EOFError):
                await stream.next(patience=1)

    async def test_a_stream_may_be_closed_before(self, application, heard):
        async with open_stream(application, "/") as stream:
            await stream.close()
            assert heard[-1] == {"type": "http.disconnect"}

    async def test_an_application_that_goes_on_fails_the_test_and_is_ended(self, monkeypatch):
        ended = []

        async def application(scope, receive, send):
            await send({"type": "http.response.start", "status": 200, "headers": EVENT_STREAM})
            try:
                await asyncio.Future()
            finally:
                ended.append(True)

        monkeypatch.setattr(connections, "PATIENCE", 0.05)
        with pytest.raises(TimeoutError, match="although its client had gone"):
            async with open_stream(application, "/"):
                pass
        assert ended == [True]


class TestFaults:
    @pytest.fixture
    def application(self):
        async def application(scope, receive, send):
            await send({"type": "http.response.start", "status": 200, "headers": EVENT_STREAM})
            await receive()
            raise LookupError("broken")

        return application

    async def test_it_is_raised_when_the_stream_opens(self):
        async def application(scope, receive, send):
            raise LookupError("broken")

        with pytest.raises(LookupError, match="broken"):
            async with open_stream(application, "/"):
                pass

    async def test_it_is_raised_where_an_event_is_awaited_and_once(self, application):
        async with open_stream(application, "/") as stream:
            with pytest.raises(LookupError, match="broken"):
                await stream.next()
            with pytest.raises(EOFError):
                await stream.next()

    async def test_it_is_raised_at_the_end_if_nobody_awaited_an_event(self, application):
        with pytest.raises(LookupError, match="broken"):
            async with open_stream(application, "/"):
                pass
