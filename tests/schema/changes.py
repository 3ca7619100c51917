"""Changes to the schema, by what they are: with what is to be found of them, or harmless ones."""

import json

SESSIONS = "/api/projects/{project_id}/wizard/sessions/"
JSON = "application/json"


def operation(document, path="", method="get"):
    return document["paths"][SESSIONS + path][method]


def parameter(document, path, name):
    [found] = [each for each in operation(document, path)["parameters"] if each["name"] == name]
    return found


def component(document, name="WizardSession"):
    return document["components"]["schemas"][name]


def body(document):
    return operation(document, method="post")["requestBody"]


def rename(document, old, new):
    document.update(json.loads(json.dumps(document).replace(old, new)))


def a_needed_parameter(document):
    given = {"in": "query", "name": "team", "schema": {"type": "string"}, "required": True}
    operation(document)["parameters"].append(given)


BREAKS = {
    "a path that is gone": (
        lambda new: new["paths"].pop(f"{SESSIONS}latest/"),
        "GET .*/latest/: is gone",
    ),
    "an operation that is gone": (
        lambda new: new["paths"][SESSIONS].pop("post"),
        "POST .*: is gone",
    ),
    "another operationId": (
        lambda new: operation(new).update(operationId="runs_list"),
        "GET .*: is no longer wizard_sessions_list",
    ),
    "another scope": (
        lambda new: operation(new)["security"][0].update(apiKeyAuth=["run:read"]),
        "GET .*wizard_session:read.* is no longer enough",
    ),
    "credentials that let nobody in any more": (
        lambda new: operation(new)["security"].pop(),
        "GET .*cookieAuth.* is no longer enough",
    ),
    "another way of authentication": (
        lambda new: new["components"]["securitySchemes"]["apiKeyAuth"].update(scheme="basic"),
        "securitySchemes/apiKeyAuth: is another",
    ),
    "another name of a component": (
        lambda new: rename(new, "WizardSessionRefusal", "Refusal"),
        "WizardSessionRefusal is gone",
    ),
    "a parameter that is gone": (
        lambda new: operation(new)["parameters"].remove(parameter(new, "", "offset")),
        "GET .*: offset is gone",
    ),
    "a new parameter that is needed": (a_needed_parameter, "GET .*: team is now needed"),
    "a parameter that is needed now": (
        lambda new: parameter(new, "", "workflow_id").update(required=True),
        "GET .*: workflow_id is now needed",
    ),
    "a parameter of another type": (
        lambda new: parameter(new, "", "skill_id")["schema"].update(type="integer"),
        "skill_id: may be of the type string",
    ),
    "a parameter of fewer values": (
        lambda new: parameter(new, "stream/", "heartbeat")["schema"].update(enum=["event"]),
        "heartbeat: may be comment",
    ),
    "a parameter with a lower maximum": (
        lambda new: parameter(new, "", "offset")["schema"].update(maximum=100),
        "offset: may be above the maximum",
    ),
    "a parameter with a higher minimum": (
        lambda new: parameter(new, "", "limit")["schema"].update(minimum=10),
        "limit: may be below the minimum",
    ),
    "a parameter with another default": (
        lambda new: parameter(new, "", "limit")["schema"].update(default=10),
        "limit: another default",
    ),
    "a body of another type": (
        lambda new: body(new)["content"].update(
            {"application/xml": body(new)["content"].pop(JSON)}
        ),
        "POST .*: application/json is gone",
    ),
    "a property of a push that is needed now": (
        lambda new: component(new, "WizardSessionRequest")["required"].append("error"),
        "POST .*: may lack error",
    ),
    "a property of a push that is gone": (
        lambda new: component(new, "WizardSessionRequest")["properties"].pop("event_plan"),
        "POST .*: event_plan is gone",
    ),
    "a property of a push that may no longer be null": (
        lambda new: component(new, "WizardSessionRequest")["properties"]["error"].update(
            type="object"
        ),
        "POST .* error: may be of the type null",
    ),
    "a shorter text": (
        lambda new: component(new, "WizardSessionTaskRequest")["properties"]["title"].update(
            maxLength=80
        ),
        r"tasks\[\] title: may be above the maxLength",
    ),
    "another pattern": (
        lambda new: component(new, "WizardSessionRequest")["properties"]["session_id"].update(
            pattern="^run"
        ),
        "session_id: may have another pattern",
    ),
    "a status that is gone": (
        lambda new: operation(new, "latest/")["responses"].pop("204"),
        "GET .*/latest/: 204 is gone",
    ),
    "an answer of another type": (
        lambda new: operation(new, "stream/")["responses"]["200"]["content"].pop(
            "text/event-stream"
        ),
        "GET .*/stream/ 200: text/event-stream is gone",
    ),
    "a header of an answer that is gone": (
        lambda new: operation(new)["responses"]["429"]["headers"].pop("Retry-After"),
        "GET .* 429: Retry-After is gone",
    ),
    "a property of an answer that is gone": (
        lambda new: component(new)["properties"].pop("is_stale"),
        r"GET .* 200 results\[\]: is_stale is gone",
    ),
    "a property of an answer that is not always there": (
        lambda new: component(new)["required"].remove("tasks"),
        "200: may lack tasks",
    ),
    "a property of an answer that may be null": (
        lambda new: component(new)["properties"]["started_at"].update(type=["string", "null"]),
        "200 started_at: may be of the type null",
    ),
    "a value that clients do not know": (
        lambda new: component(new, "WizardSessionRunPhase")["enum"].append("paused"),
        "200 run_phase: may be paused",
    ),
    "a value that is no longer taken": (
        lambda new: component(new, "WizardSessionTaskStatus")["enum"].remove("canceled"),
        r"POST .* tasks\[\] status: may be canceled",
    ),
}
IMPROVEMENTS = {
    "other words": lambda new: operation(new).update(summary="Runs", description="All of them."),
    "an operation": lambda new: new["paths"].update({"/api/new/": {"get": {}}}),
    "an optional parameter": lambda new: operation(new)["parameters"].append(
        {"in": "query", "name": "team", "schema": {"type": "string"}}
    ),
    "another way of authentication": lambda new: operation(new)["security"].append({"new": []}),
    "a property of an answer": lambda new: component(new)["properties"].update(
        progress={"type": "number"}
    ),
    "an optional property of a push": lambda new: component(new, "WizardSessionRequest")[
        "properties"
    ].update(wizard_version={"type": "string"}),
    "a longer text in a push": lambda new: component(new, "WizardSessionRequest")["properties"][
        "skill_id"
    ].update(maxLength=1000),
    "less that a push must have": lambda new: component(new, "WizardSessionRequest")[
        "required"
    ].remove("tasks"),
    "another status": lambda new: operation(new)["responses"].update({"503": {}}),
}
