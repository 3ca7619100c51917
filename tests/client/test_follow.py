"""Following a run of the example, on a real server."""

import re
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from django_wizard_sessions.client import Task, WizardSessionsError, follow
from tests.example import ROOT, create_key
from tests.factories import a_push, a_task, recording

from .terminals import environment

EARLIER = "2020-01-01T00:00:00Z"
LATER = "2026-11-25T00:00:00Z"


@pytest.mark.parametrize("name", ["nextjs_completed", "nextjs_error"])
def test_each_state_of_a_recorded_run_is_given_until_it_has_ended(name, follow_workflow, push):
    first, *others, _last_again = recording(name)
    pushed = push(**first)
    states = follow_workflow()
    assert next(states).json == pushed
    for body in others:
        pushed = push(**body)
        assert next(states).json == pushed
    assert list(states) == []


def test_a_state_has_all_that_the_server_says_of_it(follow_workflow, push, workflow, session_id):
    push(tasks=[a_task(id="7", title="Grüße", status="failed")], run_phase="error", error={"a": 1})
    [state] = follow_workflow()
    assert (state.session_id, state.team_id) == (session_id, 1)
    assert (state.workflow_id, state.skill_id) == (workflow, "nextjs-app-router")
    assert state.started_at == datetime(2026, 11, 24, 2, 25, 53, tzinfo=UTC)
    assert (state.run_phase, state.is_stale) == ("error", False)
    assert state.tasks == (Task("7", "Grüße", "failed"),)
    assert (state.event_plan, state.error) == (None, {"a": 1})
    assert state.created_at == state.updated_at
    assert state.updated_at.utcoffset() is not None


def test_a_run_that_had_ended_is_given_once(follow_workflow, push):
    push(run_phase="error")
    assert [state.run_phase for state in follow_workflow()] == ["error"]


def test_where_a_new_run_is_wanted_one_that_had_ended_is_passed_over(follow_workflow, push):
    push("old", run_phase="completed", started_at=EARLIER)
    states = follow_workflow(new=True, on_fault=lambda _: push("new"))
    assert next(states).session_id == "new"


def test_where_a_new_run_is_wanted_one_that_goes_on_will_do(follow_workflow, push, session_id):
    push()
    assert next(follow_workflow(new=True)).session_id == session_id


def test_an_earlier_run_neither_shows_nor_ends_the_latest(follow_workflow, push, session_id):
    push()
    states = follow_workflow()
    next(states)
    push(f"{session_id}-earlier", run_phase="completed", started_at=EARLIER)
    push(run_phase="error")
    assert [(state.session_id, state.run_phase) for state in states] == [(session_id, "error")]


def test_a_later_run_takes_the_place_of_the_one_that_is_followed(follow_workflow, push, session_id):
    push()
    states = follow_workflow()
    next(states)
    push(f"{session_id}-later", run_phase="idle", started_at=LATER)
    assert next(states).session_id == f"{session_id}-later"
    push(run_phase="completed")
    push(f"{session_id}-later", run_phase="completed", started_at=LATER)
    assert [state.session_id for state in states] == [f"{session_id}-later"]


def test_a_run_that_is_named_is_followed_whatever_others_do(follow_workflow, push, session_id):
    push()
    push(f"{session_id}-later", started_at=LATER)
    states = follow_workflow(session=session_id)
    assert next(states).session_id == session_id
    push(f"{session_id}-later", started_at=LATER, run_phase="completed")
    push(run_phase="error")
    assert [(state.session_id, state.run_phase) for state in states] == [(session_id, "error")]


def test_a_run_that_is_named_and_unknown_is_told(follow_workflow, push):
    with pytest.raises(WizardSessionsError, match="The project has no session of this id") as told:
        next(follow_workflow(session="2026-11-24T02:25:53Z"))
    assert told.value.status == 404


def test_where_a_new_run_is_wanted_and_none_was_ever_the_first_is_followed(follow_workflow, push):
    states = follow_workflow(new=True, on_fault=lambda _: push())
    assert next(states).run_phase == "running"


@pytest.mark.parametrize("other", [{"workflow": "another"}, {"skill": "another"}])
def test_a_run_that_is_named_and_of_another_topic_is_told(follow_workflow, push, session_id, other):
    push()
    with pytest.raises(WizardSessionsError, match="of another workflow or skill"):
        next(follow_workflow(session=session_id, **other))


def test_a_skill_that_is_named_is_followed_alone(follow_workflow, push, session_id):
    push()
    push(f"{session_id}-other", skill_id="django", started_at=LATER)
    assert next(follow_workflow(skill="nextjs-app-router")).session_id == session_id


def test_the_last_slash_of_the_url_may_be_missing(example, workflow, push):
    push(run_phase="completed")
    assert list(follow(example.sessions.rstrip("/"), workflow=workflow, key=example.key))


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"key": None}, 401, "does not accept the key, or was sent none .401 Unauthorized: Auth"),
        ({"key": "wzs_wrong"}, 401, "does not accept the key"),
        ({"workflow": ""}, 400, 'refuses it .400 Bad Request: {"workflow_id": '),
    ],
)
def test_a_refusal_ends_it_and_says_why(follow_workflow, changes, status, words):
    with pytest.raises(WizardSessionsError, match=words) as told:
        next(follow_workflow(**changes))
    assert told.value.status == status


def test_a_key_without_the_scope_is_told_which_it_lacks(follow_workflow, sqlite_env):
    key = create_key(sqlite_env, scopes=["wizard_session:write"])
    with pytest.raises(WizardSessionsError, match="wizard_session:read") as told:
        next(follow_workflow(key=key))
    assert told.value.status == 403


def test_a_project_that_is_not_there_is_told(example, workflow):
    url = example.sessions.replace("/projects/1/", "/projects/2/")
    with pytest.raises(WizardSessionsError, match="nothing at this URL") as told:
        next(follow(url, workflow=workflow, key=example.key))
    assert told.value.status == 404


@pytest.mark.usefixtures("at_once")
def test_what_is_pushed_to_a_server_that_was_killed_and_came_back_is_not_missed(
    mortal, workflow, push
):
    faults = []

    def come_back(fault):
        faults.append(fault)
        if len(faults) == 3:  # after the connection was lost, and nobody answered
            mortal.start()
            push(run_phase="completed", to=mortal)

    push()
    states = follow(mortal.sessions, workflow=workflow, key=mortal.key, on_fault=come_back)
    next(states)
    mortal.kill()
    assert [state.run_phase for state in states] == ["completed"]
    assert [fault is None for fault in faults[:3]] == [True, False, False]
    assert faults[-1] is None


@pytest.mark.usefixtures("at_once")
def test_a_server_that_stops_says_so_and_is_no_fault(mortal, workflow, push):
    faults = []
    push()
    states = follow(mortal.sessions, workflow=workflow, key=mortal.key, on_fault=faults.append)
    next(states)
    mortal.terminate()
    mortal.process.wait(timeout=5)
    mortal.start()
    push(run_phase="completed", to=mortal)
    assert [state.run_phase for state in states] == ["completed"]
    assert faults == [None, None]


def test_what_the_docs_show_follows_a_run(example, session_id):
    tasks = [a_task(title="Check the build", status="in_progress")]
    run = a_push(session_id, workflow_id="integration", run_phase="error", tasks=tasks)
    example.push(run).raise_for_status()
    env = {**environment(example.key), "SESSIONS": example.sessions}
    shown = ROOT / "tests" / "client" / "documented.py"
    output = subprocess.check_output([sys.executable, shown], env=env, text=True)
    assert re.fullmatch(r"Connected\nerror 20.*\+00:00 Check the build\n", output)
