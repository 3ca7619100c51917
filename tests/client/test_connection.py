"""What becomes of a follower where proxies and servers do what ours do seldom, or never."""

import json
import time

import httpx
import pytest

from django_wizard_sessions.client import WizardSessionsError, follow, following
from django_wizard_sessions.client.answers import require_ok
from django_wizard_sessions.client.delays import Delays
from django_wizard_sessions.client.errors import UnavailableError
from tests.factories import WORKFLOW

from .scripted import END, PING, a_frame, a_session, a_silent_stream, a_stream, an_answer, answering

ENDED = a_frame(run_phase="completed")


def states_of(url, **arguments):
    return list(follow(url, workflow=WORKFLOW, **arguments))


@pytest.mark.usefixtures("at_once")
def test_a_stream_that_was_cut_is_opened_again_after_the_last_event():
    with answering(a_stream(a_frame(event_id="7")), a_stream(ENDED)) as (url, requests):
        states = states_of(url)
    assert [state.run_phase for state in states] == ["running", "completed"]
    assert [request.headers["Last-Event-ID"] for request in requests] == [None, "7"]


@pytest.mark.usefixtures("at_once")
def test_the_state_that_each_stream_begins_with_is_given_once():
    streams = [a_stream(a_frame()), a_stream(a_frame(), END), a_stream(a_frame(), ENDED)]
    with answering(*streams) as (url, _):
        assert [state.run_phase for state in states_of(url)] == ["running", "completed"]


@pytest.mark.usefixtures("at_once")
def test_the_end_of_a_stream_is_no_fault():
    faults = []
    with answering(a_stream(END), a_stream(ENDED)) as (url, _):
        states_of(url, on_fault=faults.append)
    assert faults == [None, None]


@pytest.mark.usefixtures("at_once")
def test_a_stream_that_is_silent_for_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(following, "SILENCE", 0.2)
    faults = []
    with answering(a_silent_stream(PING), a_stream(ENDED)) as (url, _):
        states_of(url, on_fault=faults.append)
    assert faults == [None, "timed out", None]


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_server_that_cannot_answer_now_is_asked_again(status):
    faults = []
    refusal = an_answer(status, b'{"detail": "Too many."}')
    with answering(refusal, a_stream(ENDED)) as (url, _):
        states_of(url, on_fault=faults.append)
    assert faults[0].startswith(f"the server answers {status} ")
    assert faults[0].endswith(": Too many.")


@pytest.mark.usefixtures("at_once")
def test_a_server_is_not_asked_again_before_it_wants_to():
    busy = an_answer(503, Retry_After="1")
    with answering(busy, a_stream(ENDED)) as (url, _):
        start = time.monotonic()
        states_of(url)
    assert time.monotonic() - start >= 1


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("wish", ["Wed, 25 Nov 2026 10:00:00 GMT", "soon", "-5", "nan", ""])
def test_a_wish_to_be_asked_later_that_is_no_number_of_seconds_does_no_harm(wish):
    with answering(an_answer(503, Retry_After=wish), a_stream(ENDED)) as (url, _):
        assert states_of(url)


def test_no_server_is_waited_for_longer_than_an_hour():
    with pytest.raises(UnavailableError) as told:
        require_ok(httpx.Response(503, headers={"Retry-After": "1e9"}))
    assert told.value.retry_after == 3600


def test_a_long_explanation_is_cut():
    detail = json.dumps({"detail": "x" * 10_000}).encode()
    with answering(an_answer(400, detail)) as (url, _), pytest.raises(WizardSessionsError) as told:
        states_of(url)
    assert len(str(told.value)) < 1000


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (an_answer(204), "has its streams switched off .204 No Content.$"),
        (an_answer(302, Location="/accounts/login/"), "302 Found: to /accounts/login/.$"),
        (an_answer(501, b'{"detail": "Mount it."}'), "501 Not Implemented: Mount it..$"),
        (an_answer(404, b"<h1>Gone</h1>"), "nothing at this URL .404 Not Found.$"),
        (an_answer(404, b"[" * 100_000), "nothing at this URL .404 Not Found.$"),
        (an_answer(200, b"<h1>Hi</h1>", Content_Type="text/html"), "with text/html in place of a"),
        (an_answer(200), "with something in place of a stream"),
    ],
)
def test_an_answer_that_would_be_the_same_again_ends_it(answer, words):
    with answering(answer) as (url, _), pytest.raises(WizardSessionsError, match=words):
        states_of(url)


@pytest.mark.parametrize("data", ["[]", "{}", "{", "null", '{"session_id": 1}'])
def test_what_is_no_session_ends_it(data):
    frame = f"data: {data}\n\n".encode()
    with (
        answering(a_stream(frame)) as (url, _),
        pytest.raises(WizardSessionsError, match="this is no session"),
    ):
        states_of(url)


@pytest.mark.parametrize(
    "changes",
    [
        {"started_at": "2026-11-24T02:25:53"},
        {"tasks": [{"id": "0", "title": None, "status": "pending"}]},
        {"error": "It failed."},
    ],
)
def test_a_session_of_another_form_ends_it(changes):
    with (
        answering(a_stream(a_frame(**changes))) as (url, _),
        pytest.raises(WizardSessionsError, match="this is no session"),
    ):
        states_of(url)


def test_what_a_host_adds_to_a_session_is_in_its_json():
    with answering(a_stream(a_frame(run_phase="completed", branch="main"))) as (url, _):
        [state] = states_of(url)
    assert '"branch": "main"' in state.json


def test_a_line_separator_within_a_text_is_no_line_break():
    title = "one\u2028two\x85three"
    frame = a_frame(run_phase="error", error={"message": title})
    frame = frame.replace(rb"\u2028", "\u2028".encode()).replace(rb"\u0085", "\x85".encode())
    with answering(a_stream(frame)) as (url, _):
        [state] = states_of(url)
    assert state.error == {"message": title}


def read(**changes):
    return an_answer(200, json.dumps(a_session(**changes)).encode())


NOTHING = an_answer(204)


def test_where_nothing_had_run_a_run_that_is_over_at_once_is_new():
    with answering(NOTHING, a_stream(PING, ENDED)) as (url, _):
        assert [state.session_id for state in states_of(url, new=True)] == ["run-1"]


@pytest.mark.usefixtures("at_once")
def test_a_new_run_that_came_and_went_while_the_connection_was_lost_is_not_passed_over():
    later = {"session_id": "run-2", "started_at": "2026-11-25T00:00:00Z", "run_phase": "error"}
    before = read(run_phase="completed"), a_stream(ENDED, ENDED)
    with answering(*before, a_stream(a_frame(**later))) as (url, _):
        assert [state.session_id for state in states_of(url, new=True)] == ["run-2"]


def test_of_two_runs_that_started_at_once_the_one_that_was_pushed_later_is_the_latest():
    later = {"session_id": "run-2", "created_at": "2026-11-24T02:25:55Z"}
    frames = [a_frame(**later), ENDED, a_frame(**later, run_phase="error")]
    with answering(a_stream(*frames)) as (url, _):
        assert [state.run_phase for state in states_of(url)] == ["running", "error"]


def test_a_named_run_is_given_once_where_it_is_the_latest_too():
    with answering(a_stream(a_frame(), ENDED), read()) as (url, _):
        phases = [state.run_phase for state in states_of(url, session="run-1")]
    assert phases == ["running", "completed"]


def test_the_end_of_a_named_run_is_not_missed_whatever_the_servers_clocks_say():
    end = a_frame(run_phase="completed", updated_at="2026-11-24T02:59:00Z")
    with answering(a_stream(end), read(updated_at="2026-11-24T03:00:00Z")) as (url, _):
        phases = [state.run_phase for state in states_of(url, session="run-1")]
    assert phases == ["running", "completed"]


def test_a_named_run_that_was_read_is_not_shown_as_it_was_before():
    before = a_frame(run_phase="idle", updated_at="2026-11-24T02:59:00Z")
    since = read(updated_at="2026-11-24T03:00:00Z")
    with answering(a_stream(before, ENDED), since) as (url, _):
        phases = [state.run_phase for state in states_of(url, session="run-1")]
    assert phases == ["running", "completed"]


@pytest.mark.parametrize(
    ("key", "sent"), [("abc", "Bearer abc"), ("Token abc", "Token abc"), ("", None)]
)
def test_a_key_may_name_its_scheme(key, sent):
    with answering(a_stream(ENDED)) as (url, requests):
        states_of(url, key=key)
    assert requests[0].headers["Authorization"] == sent


def test_headers_of_ones_own_are_sent():
    with answering(a_stream(ENDED)) as (url, requests):
        states_of(url, headers={"X-Tenant": "7"})
    assert requests[0].headers["X-Tenant"] == "7"


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "example.org/sessions/"},
        {"url": "https:///sessions/"},
        {"url": "https://example.org/sessions/?workflow_id=integration"},
        {"url": "https://example.org/sessions/#latest"},
        {"url": "https://example.org:port/"},
        {"key": "abc\nX-Tenant: 7"},
        {"key": "schlüssel"},
        {"workflow": "\udcff"},
        {"session": "\udcff"},
        {"session": "run-1", "new": True},
    ],
)
def test_what_cannot_be_asked_is_told_before_anything_is(changes):
    with pytest.raises(ValueError):
        follow(**{"url": "https://example.org/sessions/", "workflow": "integration", **changes})


def test_a_header_that_no_request_may_have_is_not_tried_again():
    with answering() as (url, _), pytest.raises(httpx.LocalProtocolError):
        states_of(url, headers={"X-Tenant": "7\n"})


def test_delays_become_longer_up_to_a_bound_and_begin_again():
    rounds = [
        [delays.after_failure() for _ in range(40)] for delays in [Delays() for _ in range(50)]
    ]
    longest = [max(column) for column in zip(*rounds, strict=True)]
    shortest = [min(column) for column in zip(*rounds, strict=True)]
    assert min(shortest) >= 2
    assert longest[0] <= 4 < longest[1] <= 8 < longest[2] <= 16 < longest[3] <= 30
    assert 25 < max(longest) <= 30


def test_delays_are_not_in_step():
    assert len({Delays().after_failure() for _ in range(10)}) == 10


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("sign_of_life", [PING, a_frame()])
def test_delays_begin_again_as_soon_as_the_server_sends_anything(monkeypatch, sign_of_life):
    failures = []

    class WatchedDelays(Delays):
        def after_failure(self, at_least=0.0):
            delay = super().after_failure(at_least)
            failures.append(self._failures)
            return delay

    monkeypatch.setattr(following, "Delays", WatchedDelays)
    busy = an_answer(503)
    with answering(busy, busy, a_stream(sign_of_life), a_stream(ENDED)) as (url, _):
        states_of(url)
    assert failures == [1, 2, 1]


def test_delays_are_short_again_after_a_success():
    delays = Delays()
    for _ in range(10):
        delays.after_failure()
    delays.begin_again()
    assert delays.after_failure() <= 4
    assert delays.after_end() <= 2
