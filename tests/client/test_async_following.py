"""Following in an event loop, where it differs: what is awaited, and in which order."""

import time
from contextlib import aclosing

import pytest

from django_wizard_sessions.client import WizardSessionsError, afollow
from tests.factories import WORKFLOW, recording

from .scripted import END, PING, a_frame, a_session, a_stream, an_answer, answering
from .test_connection import ENDED, read

pytestmark = pytest.mark.usefixtures("at_once")


async def states_of(url, **arguments):
    return [state async for state in afollow(url, workflow=WORKFLOW, **arguments)]


async def test_each_state_of_a_recorded_run_is_given_until_it_has_ended(example, workflow, push):
    first, *others, _last_again = recording("nextjs_error")
    pushed = push(**first)
    states = afollow(example.sessions, workflow=workflow, key=example.key)
    assert (await anext(states)).json == pushed
    for body in others:
        pushed = push(**body)
        assert (await anext(states)).json == pushed
    assert [state async for state in states] == []


async def test_a_stream_that_was_cut_is_opened_again_after_the_last_event():
    faults = []
    with answering(a_stream(a_frame(event_id="7")), a_stream(ENDED)) as (url, requests):
        states = await states_of(url, on_fault=faults.append)
    assert [state.run_phase for state in states] == ["running", "completed"]
    assert [request.headers["Last-Event-ID"] for request in requests] == [None, "7"]
    assert faults == [None, "the server has cut the stream", None]


async def test_the_end_of_a_stream_is_no_fault():
    faults = []
    with answering(a_stream(END), a_stream(ENDED)) as (url, _):
        await states_of(url, on_fault=faults.append)
    assert faults == [None, None]


async def test_a_server_that_cannot_answer_now_is_asked_again_when_it_wants_to():
    faults = []
    start = time.monotonic()
    with answering(an_answer(503, Retry_After="1"), a_stream(ENDED)) as (url, _):
        await states_of(url, on_fault=faults.append)
    assert time.monotonic() - start >= 1
    assert faults == ["the server answers 503 Service Unavailable", None]


async def test_a_refusal_ends_it_and_says_why():
    refusal = an_answer(403, b'{"detail": "It lacks a scope."}')
    with (
        answering(refusal) as (url, _),
        pytest.raises(WizardSessionsError, match="403 Forbidden: It lacks a scope"),
    ):
        await states_of(url)


async def test_a_run_that_is_named_is_read_when_its_stream_is_open():
    with answering(a_stream(a_frame("run-2"), ENDED), read()) as (url, requests):
        states = await states_of(url, session="run-1")
    assert [state.run_phase for state in states] == ["running", "completed"]
    assert [request.path.partition("?")[0] for request in requests] == [
        "/sessions/stream/",
        "/sessions/run-1/",
    ]


async def test_where_a_new_run_is_wanted_one_that_had_ended_is_passed_over():
    before = read(run_phase="completed")
    frames = a_stream(ENDED, a_frame("run-2", run_phase="error", started_at="2026-11-25T00:00:00Z"))
    with answering(before, frames) as (url, _):
        assert [state.session_id for state in await states_of(url, new=True)] == ["run-2"]


async def test_who_has_seen_enough_may_leave():
    with answering(a_stream(a_frame(), PING)) as (url, _):
        async with aclosing(afollow(url, workflow=WORKFLOW)) as states:
            assert (await anext(states)).session_id == a_session()["session_id"]


def test_what_cannot_be_asked_is_told_before_anything_is():
    with pytest.raises(ValueError):
        afollow("example.org/sessions/", workflow=WORKFLOW)
