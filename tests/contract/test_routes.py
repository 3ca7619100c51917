import pytest

from tests.factories import a_push

ROUTES = {
    "": {"GET", "POST"},
    "some-session/": {"GET"},
    "latest/?workflow_id=some": {"GET"},
    "stream/?workflow_id=some": {"GET"},
}
VERBS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


@pytest.mark.parametrize(
    ("path", "verb"),
    [(path, verb) for path, allowed in ROUTES.items() for verb in sorted(VERBS - allowed)],
)
def test_every_other_verb_is_answered_405(example, path, verb):
    response = example.request(verb, path)
    assert response.status_code == 405
    assert "not allowed" in response.json()["detail"]


def test_another_verb_than_an_event_source_has_is_answered_405_to_it_too(example):
    response = example.request("POST", "stream/", headers={"Accept": "text/event-stream"})
    assert response.status_code == 405


@pytest.mark.parametrize("path", ["", "latest/?workflow_id={0}", "{1}/"])
def test_head_answers_as_get_without_a_body(example, workflow, session_id, path):
    example.push(a_push(session_id, workflow_id=workflow))
    path = path.format(workflow, session_id)
    head, get = example.request("HEAD", path), example.get(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == get.headers["content-type"]


def test_head_of_the_stream_answers_without_streaming(example, workflow):
    response = example.request("HEAD", f"stream/?workflow_id={workflow}")
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-type"] == "text/event-stream"


@pytest.mark.parametrize("path", ROUTES)
def test_options_describes_the_route(example, path):
    response = example.request("OPTIONS", path)
    assert response.status_code == 200
    assert response.json()["parses"] == ["application/json"]


def test_the_schema_is_readable_without_a_key_and_names_the_five_operations(example):
    schema = example.request("GET", f"{example.url}/api/schema/?format=json", key="").json()
    below = "/api/projects/{project_id}/wizard/sessions/"
    operations = {
        (method, path.removeprefix(below)): operation["operationId"]
        for path, methods in schema["paths"].items()
        if path.startswith(below)
        for method, operation in methods.items()
    }
    assert operations == {
        ("get", ""): "wizard_sessions_list",
        ("post", ""): "wizard_sessions_create",
        ("get", "{session_id}/"): "wizard_sessions_retrieve",
        ("get", "latest/"): "wizard_sessions_latest_retrieve",
        ("get", "stream/"): "wizard_sessions_stream_retrieve",
    }
