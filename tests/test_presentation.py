"""How a session is put into words."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from django_wizard_sessions.presentation import Run, present
from tests.factories import a_push, a_task

CREATED = datetime(2026, 11, 24, 2, 25, 50, tzinfo=UTC)


@pytest.fixture
def presented():
    """A session that was pushed for 2 minutes, with these changes, as shown an hour later."""

    def presented(**changes):
        stored = {
            "created_at": CREATED.isoformat(),
            "updated_at": (CREATED + timedelta(minutes=2)).isoformat(),
            "event_plan": None,
            "error": None,
            "is_stale": False,
        }
        return present({**a_push(), **stored, **changes}, CREATED + timedelta(hours=1))

    return presented


def spaced(words):
    """A number stays with its unit."""
    return re.sub(r"(?<=\d)\xa0(?=[a-z])", " ", words)


@pytest.mark.parametrize(
    ("changes", "phase", "words", "took"),
    [
        ({"run_phase": "idle"}, "idle", "Waiting to start", ""),
        ({}, "running", "Running", " · 1 h so far"),
        ({"run_phase": "completed"}, "completed", "Completed", " · took 2 min"),
        ({"run_phase": "error"}, "error", "Ended in an error", " · took 2 min"),
        ({"is_stale": True}, "stalled", "Stalled: no news for a while", " · no news for 58 min"),
    ],
)
def test_each_phase_has_its_words_and_its_time(presented, changes, phase, words, took):
    run = presented(**changes)
    assert (run.phase, run.phase_in_words, spaced(run.took)) == (phase, words, took)


def test_the_start_is_told_in_utc(presented):
    run = presented(started_at="2026-01-02T03:04:05Z")
    assert run.started_in_words == "2 Jan 2026, 03:04 UTC"
    assert run.started_at == "2026-01-02T03:04:05Z"


def test_a_running_run_says_what_it_does_now(presented):
    titles = ["first", "second"]
    tasks = [a_task(title=title, status="in_progress") for title in titles]
    run = presented(tasks=[a_task(status="completed"), *tasks])
    assert (run.now, run.done) == ("first", 1)
    assert [task.status_in_words for task in run.tasks] == ["done", "in progress", "in progress"]


@pytest.mark.parametrize("changes", [{"run_phase": "error"}, {"is_stale": True}])
def test_what_a_run_left_undone_is_not_in_progress_any_more(presented, changes):
    run = presented(tasks=[a_task(status="in_progress")], **changes)
    assert run.now == ""
    assert [task.status_in_words for task in run.tasks] == ["not finished"]


def test_an_error_is_its_message_and_the_rest_of_it(presented):
    run = presented(error={"message": "It broke", "code": 7, "why": "größer"})
    assert run.error == "It broke"
    assert run.error_details == '{\n  "code": 7,\n  "why": "größer"\n}'


@pytest.mark.parametrize("error", [{}, {"message": ""}, {"message": None}, {"message": 5}])
def test_an_error_without_a_message_says_so(presented, error):
    assert presented(error=error).error == "The wizard gave no message."


def test_a_message_that_is_no_text_is_among_the_details(presented):
    assert presented(error={"message": 5}).error_details == '{\n  "message": 5\n}'


def test_a_planned_event_may_lack_a_description(presented):
    events = [{"name": "a", "description": "An a"}, {"name": "b", "description": 5}, {"name": "c"}]
    assert presented(event_plan={"events": events}).events == [("a", "An a"), ("b", ""), ("c", "")]


@pytest.mark.parametrize(
    "plan", [None, {}, {"events": 7}, {"events": [None, "a", 2, {}, {"name": ""}, {"name": 5}]}]
)
def test_a_plan_of_another_form_is_left_out(presented, plan):
    assert presented(event_plan=plan).events == []


def test_by_default_nothing_has_run_yet():
    assert Run().phase == "nothing"
