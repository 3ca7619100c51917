"""A session as it is answered."""

import re

from tests.factories import a_push, a_task

KEYS = [
    "session_id",
    "team_id",
    "workflow_id",
    "skill_id",
    "started_at",
    "run_phase",
    "tasks",
    "event_plan",
    "error",
    "created_at",
    "updated_at",
    "is_stale",
]


def test_it_has_exactly_these_twelve_keys_in_this_order(example, session_id):
    assert list(example.push(a_push(session_id)).json()) == KEYS
    assert list(example.get(f"{session_id}/").json()) == KEYS


def test_it_has_the_values_that_were_pushed(example, session_id):
    push = a_push(
        session_id,
        tasks=[a_task(id="0", status="completed"), a_task(id="1", title="Zahlen €/¥ 🎉")],
        event_plan={"events": [{"name": "sign_up"}]},
        error={"type": "wizard_error", "message": "The build failed:\nTS2304"},
    )
    answer = example.push(push).json()
    assert {key: answer[key] for key in push} == push


def test_team_id_is_the_key_of_the_project_in_the_url(example, session_id):
    assert example.push(a_push(session_id)).json()["team_id"] == 1


def test_times_are_rfc_3339_in_utc_with_a_z(example, session_id):
    answer = example.push(a_push(session_id, started_at="2026-11-24T03:25:53+01:00")).json()
    assert answer["started_at"] == "2026-11-24T02:25:53Z"
    for key in ("created_at", "updated_at"):
        assert re.fullmatch(r"2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", answer[key])


def test_every_operation_answers_the_same_bytes(example, workflow, session_id):
    pushed = example.push(a_push(session_id, workflow_id=workflow)).content
    assert example.get(f"{session_id}/").content == pushed
    assert example.get("latest/", params={"workflow_id": workflow}).content == pushed
    with example.stream(workflow_id=workflow) as stream:
        assert stream.next().data.encode() == pushed
    listed = example.get(params={"workflow_id": workflow}).content
    assert pushed in listed
