import pytest

from tests.factories import a_push


def test_it_is_the_newest_session_of_the_workflow(example, workflow):
    example.push(a_push(f"{workflow}-1", workflow_id=workflow, started_at="2026-11-02T00:00Z"))
    example.push(a_push(f"{workflow}-2", workflow_id=workflow, started_at="2026-11-01T00:00Z"))
    answer = example.get("latest/", params={"workflow_id": workflow})
    assert (answer.status_code, answer.json()["session_id"]) == (200, f"{workflow}-1")


def test_a_tie_goes_to_the_newest_creation(example, workflow):
    for number in (1, 2):
        example.push(a_push(f"{workflow}-{number}", workflow_id=workflow))
    answer = example.get("latest/", params={"workflow_id": workflow}).json()
    assert answer["session_id"] == f"{workflow}-2"


def test_without_a_session_it_is_204_with_an_empty_body(example, workflow):
    response = example.get("latest/", params={"workflow_id": workflow})
    assert (response.status_code, response.content) == (204, b"")


def test_it_can_be_narrowed_to_a_skill(example, workflow):
    example.push(a_push(f"{workflow}-1", workflow_id=workflow, skill_id="django"))
    example.push(a_push(f"{workflow}-2", workflow_id=workflow, skill_id="flask"))
    query = {"workflow_id": workflow, "skill_id": "django"}
    assert example.get("latest/", params=query).json()["session_id"] == f"{workflow}-1"
    query["skill_id"] = "rails"
    assert example.get("latest/", params=query).status_code == 204


def test_an_empty_skill_counts_as_absent(example, workflow):
    example.push(a_push(f"{workflow}-1", workflow_id=workflow))
    query = {"workflow_id": workflow, "skill_id": ""}
    assert example.get("latest/", params=query).status_code == 200


@pytest.mark.parametrize("query", [{}, {"workflow_id": ""}])
def test_a_missing_workflow_is_a_field_error(example, query):
    response = example.get("latest/", params=query)
    assert (response.status_code, list(response.json())) == (400, ["workflow_id"])
