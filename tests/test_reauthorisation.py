import asyncio
import pickle
import random
from contextlib import ExitStack

import pytest

from django_wizard_sessions import reauthorisation
from django_wizard_sessions.grants import SCOPE_KEY, Grant
from django_wizard_sessions.hub import get_hub
from django_wizard_sessions.reauthorisation import kept_allowed
from django_wizard_sessions.signals import CloseReason
from django_wizard_sessions.streams import Stream
from tests.loops import running_tasks, settled, timers

INTERVAL = 60  # seconds
HEADERS = [(b"host", b"example.com"), (b"cookie", b"sessionid=alice")]
STATE = {"of the lifespan": object()}


class Django:
    """Answers a request for a stream, and remembers it."""

    def __init__(self):
        self.asked = []
        self.refused = []
        self.goes_on = asyncio.Event()
        self.goes_on.set()

    async def __call__(self, scope, receive, send):
        self.asked.append(scope)
        headers = scope["headers"]  # as they are now, not when it answers
        is_refused = any(header in headers for header in self.refused)
        await self.goes_on.wait()
        if not is_refused:
            scope[SCOPE_KEY].admit(Grant(1, "w", "", "comment"))
        status, kind = (403, b"text/plain") if is_refused else (200, b"text/event-stream")
        start = {"type": "http.response.start", "status": status}
        await send({**start, "headers": [(b"content-type", kind)]})


def a_scope(**changes):
    """Of a request as uvicorn passes it on, with these changes."""
    of_the_request = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "https",
        "server": ("127.0.0.1", 80),
        "client": ("10.0.0.1", 50000),
        "root_path": "/app",
        "path": "/sessions/stream/",
        "raw_path": b"/sessions/stream/",
        "query_string": b"workflow_id=w",
        "headers": HEADERS,
        "extensions": {"http.response.debug": {}},
    }
    anew = pickle.loads(pickle.dumps(of_the_request))  # no two requests share an object
    return {**anew, "state": dict(STATE), **changes}


@pytest.fixture
async def django(clock):
    return Django()


@pytest.fixture
async def keep(django):
    """Has a stream kept allowed until the stack, or the test, is left."""

    def keep(scope=None, application=None, stack=None):
        stream = Stream(lambda: None)
        kept = kept_allowed(stream, application or django, scope or a_scope())
        (stack or all_of_them).enter_context(kept)
        return stream

    with ExitStack() as all_of_them:
        yield keep
    await settled()
    assert timers() == []


async def test_django_is_asked_again_within_each_interval(keep, django, clock):
    keep()
    await clock.advance(INTERVAL * 0.8 - 1)
    assert len(django.asked) == 0
    for count in (1, 2, 3):
        await clock.advance(INTERVAL)
        assert len(django.asked) == count


async def test_it_is_asked_the_same_again(keep, django, clock):
    keep()
    await clock.advance(INTERVAL)
    asked = {key: value for key, value in django.asked[0].items() if key != SCOPE_KEY}
    assert asked == a_scope()


async def test_the_same_request_is_asked_once_for_all(keep, django, clock):
    for _ in range(100):
        keep()
    await clock.advance(INTERVAL)
    assert len(django.asked) == 1


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"client": ("10.0.0.1", 50001)}, id="another port"),
        pytest.param({"headers": [*HEADERS, (b"last-event-id", b"7")]}, id="another last event"),
        pytest.param({"headers": [*HEADERS, (b"Last-Event-ID", b"7")]}, id="in capitals"),
        pytest.param({"asgi": {"version": "3.0", "spec_version": "2.4"}}, id="another ASGI"),
        pytest.param({"state": {**STATE}}, id="another dictionary of the same state"),
    ],
)
async def test_what_no_host_answers_differently_is_asked_once(keep, django, clock, changes):
    keep()
    keep(a_scope(**changes))
    await clock.advance(INTERVAL)
    assert len(django.asked) == 1


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"headers": [HEADERS[0], (b"cookie", b"sessionid=bob")]}, id="credentials"),
        pytest.param({"headers": [*HEADERS, (b"x-team", b"2")]}, id="header"),
        pytest.param({"headers": HEADERS[::-1]}, id="order of headers"),
        pytest.param({"path": "/2/sessions/stream/"}, id="path"),
        pytest.param({"raw_path": b"/sessions/%73tream/"}, id="raw path"),
        pytest.param({"root_path": ""}, id="root path"),
        pytest.param({"query_string": b"workflow_id=v"}, id="query"),
        pytest.param({"client": ("10.0.0.2", 50000)}, id="client address"),
        pytest.param({"client": None}, id="no client address"),
        pytest.param({"server": ("127.0.0.1", 443)}, id="server"),
        pytest.param({"scheme": "http"}, id="scheme"),
        pytest.param({"http_version": "2"}, id="HTTP version"),
        pytest.param({"method": "get"}, id="method"),
        pytest.param({"extensions": {"tls": {"client_cert_name": "bob"}}}, id="extensions"),
        pytest.param({"user": object()}, id="object in the scope"),
        pytest.param({"state": {**STATE, "user": object()}}, id="object in the state"),
        pytest.param({"state": {"of the lifespan": object()}}, id="another object in the state"),
    ],
)
async def test_a_request_with_another_of_these_is_asked_for_itself(keep, django, clock, changes):
    keep()
    keep(a_scope(**changes))
    await clock.advance(INTERVAL)
    assert len(django.asked) == 2


async def test_alike_objects_that_are_not_the_same_are_asked_about_one_by_one(keep, django, clock):
    for _ in range(3):
        keep(a_scope(user=["alice"]))
    await clock.advance(INTERVAL)
    assert len(django.asked) == 3


async def test_a_state_is_told_from_another_whatever_the_scope_has_of_the_same_name(
    keep, django, clock
):
    for user in (object(), object()):
        keep(a_scope(user=None, state={"user": user}))
    await clock.advance(INTERVAL)
    assert len(django.asked) == 2


async def test_another_application_is_asked_for_itself(keep, django, clock):
    keep()
    keep(application=(other := Django()))
    await clock.advance(INTERVAL)
    assert (len(django.asked), len(other.asked)) == (1, 1)


async def test_all_streams_of_a_refused_question_end_and_no_other(keep, django, clock):
    refused = [keep() for _ in range(10)]
    bob = keep(a_scope(headers=[(b"cookie", b"sessionid=bob")]))
    django.refused = [HEADERS[1]]
    await clock.advance(INTERVAL)
    assert {stream.close_reason for stream in refused} == {CloseReason.REVOKED}
    assert bob.close_reason is None


async def test_a_stream_that_joins_late_is_asked_about_within_the_interval(keep, django, clock):
    keep()
    await clock.advance(INTERVAL * 0.7)
    late = keep()
    django.refused = [HEADERS[1]]
    await clock.advance(INTERVAL * 0.3)
    assert len(django.asked) == 1
    assert late.close_reason is CloseReason.REVOKED


async def test_one_that_joins_while_django_answers_is_asked_about_within_the_next(
    keep, django, clock
):
    keep()
    django.goes_on.clear()
    await clock.advance(INTERVAL)
    late = keep()
    django.refused = [HEADERS[1]]
    django.goes_on.set()
    await settled()
    assert late.close_reason is None
    await clock.advance(INTERVAL)
    assert late.close_reason is CloseReason.REVOKED


async def test_one_that_goes_leaves_the_question_to_the_others(keep, django, clock):
    with ExitStack() as stack:
        first = keep(stack=stack)
        stays = keep()
    django.refused = [HEADERS[1]]
    await clock.advance(INTERVAL)
    assert (first.close_reason, stays.close_reason) == (None, CloseReason.REVOKED)


async def test_the_last_that_goes_leaves_nothing(keep, django, clock):
    with ExitStack() as stack:
        for _ in range(3):
            keep(stack=stack)
        assert len(timers()) == 1
    assert (reauthorisation._questions().open, timers()) == ({}, [])
    await clock.advance(INTERVAL)
    assert django.asked == []


async def test_one_that_comes_back_is_asked_about_anew(keep, django, clock):
    with ExitStack() as stack:
        keep(stack=stack)
        await clock.advance(INTERVAL * 0.7)
    again = keep()
    django.refused = [HEADERS[1]]
    await clock.advance(INTERVAL)
    assert len(django.asked) == 1
    assert again.close_reason is CloseReason.REVOKED


async def test_django_answers_to_the_end_though_the_last_stream_goes(keep, django, clock):
    with ExitStack() as stack:
        gone = keep(stack=stack)
        django.refused = [HEADERS[1]]
        django.goes_on.clear()
        await clock.advance(INTERVAL)
    await settled()
    assert running_tasks() == ["refusal"]
    django.goes_on.set()
    await settled()
    assert (running_tasks(), gone.close_reason) == ([], None)


async def test_a_question_that_django_does_not_answer_is_asked_again(keep, django, clock):
    stream = keep()
    django.goes_on.clear()
    await clock.advance(INTERVAL)
    await clock.advance(reauthorisation.REFUSAL_TIMEOUT)
    django.goes_on.set()
    django.refused = [HEADERS[1]]
    await clock.advance(INTERVAL)
    assert stream.close_reason is CloseReason.REVOKED


async def test_an_answer_that_comes_later_than_it_is_waited_for_counts_still(keep, django, clock):
    stream = keep()
    django.goes_on.clear()
    django.refused = [HEADERS[1]]
    await clock.advance(INTERVAL)
    await clock.advance(reauthorisation.REFUSAL_TIMEOUT + 1)
    assert running_tasks() == ["refusal"]
    django.refused = []
    django.goes_on.set()
    await settled()
    assert stream.close_reason is CloseReason.REVOKED


async def test_an_answer_that_takes_long_puts_off_no_question(keep, django, clock, monkeypatch):
    monkeypatch.setattr(random, "uniform", max)  # as late as may be
    keep()
    django.goes_on.clear()
    await clock.advance(INTERVAL)
    await clock.advance(reauthorisation.REFUSAL_TIMEOUT - 1)
    django.goes_on.set()
    await settled()
    assert len(django.asked) == 1
    await clock.advance(INTERVAL - reauthorisation.REFUSAL_TIMEOUT + 1)
    assert len(django.asked) == 2


async def test_a_server_that_gives_no_state_is_asked_about_like_any_other(keep, django, clock):
    stream = keep(a_scope(state=None))
    django.refused = [HEADERS[1]]
    await clock.advance(INTERVAL)
    assert stream.close_reason is CloseReason.REVOKED


async def test_only_a_few_are_asked_at_once(keep, django, clock):
    for number in range(20):
        keep(a_scope(query_string=b"workflow_id=%d" % number))
    django.goes_on.clear()
    await clock.advance(INTERVAL)
    assert len(django.asked) == reauthorisation.QUESTIONS_AT_ONCE
    django.goes_on.set()
    await settled()
    assert len(django.asked) == 20


async def test_questions_are_not_all_asked_at_once(keep, django, clock):
    for number in range(20):
        keep(a_scope(query_string=b"workflow_id=%d" % number))
    await clock.advance(INTERVAL * 0.9)
    assert 0 < len(django.asked) < 20


async def test_while_the_database_is_known_to_fail_django_is_not_asked(keep, django, clock):
    keep()
    works = get_hub()._reconciler.database_works
    works.clear()
    await clock.advance(INTERVAL)
    assert django.asked == []
    works.set()
    await settled()
    assert len(django.asked) == 1
