"""``docs/openapi.yaml``, which is the schema that the example serves."""

import jsonschema
import pytest
import yaml

from tests.example import READ, ROOT, WRITE, environment, manage
from tests.factories import recording

FILE = ROOT / "docs" / "openapi.yaml"
DOCUMENT = yaml.safe_load(FILE.read_text(encoding="utf-8"))
OPERATIONS = {
    operation["operationId"]: operation
    for methods in DOCUMENT["paths"].values()
    for operation in methods.values()
}
ANSWERS = {
    (operation_id, status): answer
    for operation_id, operation in OPERATIONS.items()
    for status, answer in operation["responses"].items()
}
STATUSES = {
    "wizard_sessions_list": "200 400 401 403 404 406 429",
    "wizard_sessions_create": "200 201 400 401 403 404 406 413 415 429",
    "wizard_sessions_retrieve": "200 304 401 403 404 406 429",
    "wizard_sessions_latest_retrieve": "200 204 304 400 401 403 404 406 429",
    "wizard_sessions_stream_retrieve": "200 204 400 401 403 404 429 501 503",
}
STREAM = "wizard_sessions_stream_retrieve"


def fits(value, schema):
    schema = {**schema, "components": DOCUMENT["components"]}
    jsonschema.validate(value, schema, jsonschema.Draft202012Validator)


def test_it_is_the_schema_of_the_example_which_has_no_warnings_and_is_valid(tmp_path):
    env = environment(f"sqlite:///{tmp_path}/db.sqlite3")
    live = manage(env, "spectacular", "--validate", "--fail-on-warn")
    assert yaml.safe_load(live) == DOCUMENT, (
        "If it was meant to change: example_project/manage.py spectacular --file docs/openapi.yaml"
    )


def test_every_operation_has_all_of_its_statuses():
    found = {id_: " ".join(operation["responses"]) for id_, operation in OPERATIONS.items()}
    assert found == STATUSES


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=map(" ".join, ANSWERS))
def test_every_status_has_a_description_and_every_body_an_example_that_fits(answer):
    assert answer["description"]
    for body in answer.get("content", {}).values():
        [example] = body["examples"].values()
        fits(example["value"], body["schema"])


@pytest.mark.parametrize(("operation_id", "status"), ANSWERS)
def test_only_a_204_and_a_304_are_without_a_body(operation_id, status):
    assert ("content" in ANSWERS[operation_id, status]) is (status not in {"204", "304"})


@pytest.mark.parametrize(
    "name", ["PaginatedWizardSessionList", "WizardSession", "WizardSessionTask"]
)
def test_an_answer_has_all_of_its_keys(name):
    component = DOCUMENT["components"]["schemas"][name]
    assert set(component["required"]) == set(component["properties"])


def test_a_push_may_leave_out_the_plan_and_the_error():
    component = DOCUMENT["components"]["schemas"]["WizardSessionRequest"]
    assert set(component["properties"]) - set(component["required"]) == {"event_plan", "error"}


@pytest.mark.parametrize("link", ["next", "previous"])
def test_a_page_may_be_the_first_or_the_last(link):
    page = DOCUMENT["components"]["schemas"]["PaginatedWizardSessionList"]
    fits(None, page["properties"][link])


@pytest.mark.parametrize("status", ["200", "304"])
@pytest.mark.parametrize("action", ["retrieve", "latest_retrieve"])
def test_an_answer_says_by_what_to_ask_for_it_again(action, status):
    assert "ETag" in ANSWERS[f"wizard_sessions_{action}", status]["headers"]


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_every_operation_has_a_summary_and_says_what_it_does(operation_id):
    assert OPERATIONS[operation_id]["summary"]
    assert len(OPERATIONS[operation_id]["description"]) > 50


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_a_token_needs_the_scope_and_a_cookie_needs_none(operation_id):
    scope = WRITE if operation_id == "wizard_sessions_create" else READ
    assert OPERATIONS[operation_id]["security"] == [{"apiKeyAuth": [scope]}, {"cookieAuth": []}]
    assert f"`{scope}`" in OPERATIONS[operation_id]["description"]


def test_a_key_is_a_bearer_token():
    scheme = DOCUMENT["components"]["securitySchemes"]["apiKeyAuth"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")


@pytest.mark.parametrize(
    ("operation_id", "names"),
    [
        ("wizard_sessions_list", {"workflow_id", "skill_id", "limit", "offset"}),
        ("wizard_sessions_create", set()),
        ("wizard_sessions_retrieve", {"session_id", "If-None-Match"}),
        ("wizard_sessions_latest_retrieve", {"workflow_id", "skill_id", "If-None-Match"}),
        (STREAM, {"workflow_id", "skill_id", "heartbeat", "last_event_id", "Last-Event-ID"}),
    ],
)
def test_every_parameter_is_there_and_is_explained(operation_id, names):
    parameters = {each["name"]: each for each in OPERATIONS[operation_id]["parameters"]}
    assert set(parameters) == {"project_id", *names}
    assert all(parameters[name]["description"] for name in names)
    required = {name for name in names if parameters[name].get("required")}
    of_one_workflow = operation_id in {STREAM, "wizard_sessions_latest_retrieve"}
    assert required == ({"workflow_id"} if of_one_workflow else names & {"session_id"})


def test_the_stream_is_text_and_comes_with_a_warning_for_generated_clients():
    assert list(ANSWERS[STREAM, "200"]["content"]) == ["text/event-stream"]
    description = OPERATIONS[STREAM]["description"]
    assert "waits for ever" in description
    assert "EventSource(url" in description


@pytest.mark.parametrize("status", ["429", "503"])
def test_a_client_is_told_when_to_come_back(status):
    assert "Retry-After" in ANSWERS[STREAM, status]["headers"]


@pytest.mark.parametrize(
    ("name", "component", "field"),
    [
        ("WizardSessionRunPhase", "WizardSession", "run_phase"),
        ("WizardSessionRunPhase", "WizardSessionRequest", "run_phase"),
        ("WizardSessionTaskStatus", "WizardSessionTask", "status"),
        ("WizardSessionTaskStatus", "WizardSessionTaskRequest", "status"),
    ],
)
def test_an_enumeration_has_a_name_of_its_own(name, component, field):
    schemas = DOCUMENT["components"]["schemas"]
    assert schemas[component]["properties"][field] == {"$ref": f"#/components/schemas/{name}"}
    assert schemas[name]["type"] == "string"


@pytest.mark.parametrize("name", ["nextjs_completed", "nextjs_error"])
def test_what_the_wizard_pushes_fits(name):
    body = OPERATIONS["wizard_sessions_create"]["requestBody"]["content"]["application/json"]
    for push in [*recording(name), body["examples"]["Push"]["value"]]:
        fits(push, body["schema"])
