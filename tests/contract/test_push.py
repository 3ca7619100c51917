import pytest

from tests.example import create_key
from tests.factories import a_push, a_task, recording


def test_a_first_push_is_answered_201_and_every_later_one_200(example, session_id):
    statuses = [example.push(a_push(session_id)).status_code for _ in range(3)]
    assert statuses == [201, 200, 200]


def test_a_push_replaces_the_whole_row(example, session_id):
    first = a_push(
        session_id,
        tasks=[a_task()],
        event_plan={"events": []},
        error={"message": "no"},
    )
    second = a_push(
        session_id,
        workflow_id="other-workflow",
        skill_id="other-skill",
        started_at="2026-11-24T05:00:00Z",
        run_phase="completed",
    )
    example.push(first)
    example.push(second)
    answer = example.get(f"{session_id}/").json()
    assert {key: answer[key] for key in second} == second
    assert (answer["event_plan"], answer["error"]) == (None, None)


def test_created_at_never_changes_and_updated_at_does(example, session_id):
    first = example.push(a_push(session_id)).json()
    second = example.push(a_push(session_id)).json()
    assert second["created_at"] == first["created_at"]
    assert second["updated_at"] > first["updated_at"]


@pytest.mark.parametrize(
    "key", ["session_id", "workflow_id", "skill_id", "started_at", "run_phase", "tasks"]
)
def test_a_required_key_that_is_absent_is_named(example, session_id, key):
    push = a_push(session_id)
    del push[key]
    response = example.push(push)
    assert response.status_code == 400
    assert response.json() == {key: ["This field is required."]}


@pytest.mark.parametrize("key", ["event_plan", "error"])
def test_an_optional_key_may_be_null(example, session_id, key):
    response = example.push(a_push(session_id, **{key: None}))
    assert (response.status_code, response.json()[key]) == (201, None)


@pytest.mark.parametrize("phase", ["idle", "running", "completed", "error"])
def test_a_run_may_be_in_this_phase(example, session_id, phase):
    assert example.push(a_push(session_id, run_phase=phase)).json()["run_phase"] == phase


@pytest.mark.parametrize("status", ["pending", "in_progress", "completed", "failed", "canceled"])
def test_a_task_may_have_this_status(example, session_id, status):
    response = example.push(a_push(session_id, tasks=[a_task(status=status)]))
    assert response.json()["tasks"] == [a_task(status=status)]


def test_keys_that_the_server_does_not_know_are_ignored(example, session_id):
    push = a_push(session_id, tasks=[a_task(note="new")], pending_input={"prompt": "?"})
    response = example.push(push)
    assert response.status_code == 201
    assert "pending_input" not in response.json()
    assert response.json()["tasks"] == [a_task()]


def test_team_id_in_the_body_is_ignored(example, session_id):
    assert example.push(a_push(session_id, team_id=2)).json()["team_id"] == 1


def test_one_session_id_in_two_projects_is_two_sessions(example, session_id):
    bob = create_key(example.env, "bob")
    theirs = f"{example.url}/api/projects/2/wizard/sessions/"
    assert example.push(a_push(session_id, skill_id="mine")).status_code == 201
    response = example.request("POST", theirs, key=bob, json=a_push(session_id, skill_id="theirs"))
    assert (response.status_code, response.json()["team_id"]) == (201, 2)
    assert example.get(f"{session_id}/").json()["skill_id"] == "mine"


@pytest.mark.parametrize("name", ["nextjs_completed", "nextjs_error"])
def test_a_recorded_run_is_stored_push_by_push(example, workflow, name):
    for number, body in enumerate(recording(name)):
        push = {**body, "workflow_id": workflow, "session_id": f"{workflow}-{name}"}
        response = example.push(push)
        assert response.status_code == (200 if number else 201)
        answer = response.json()
        assert {key: answer[key] for key in push} == push
