"""Who may do what: every caller with every operation, on REST and on the stream."""

import json

import httpx
import pytest

from tests.example import READ, WRITE, manage
from tests.factories import a_push
from tests.sse import EventStream

OPERATIONS = {
    "list": ("GET", "", READ),
    "create": ("POST", "", WRITE),
    "retrieve": ("GET", "some-session/", READ),
    "latest": ("GET", "latest/?workflow_id=some", READ),
    "stream": ("GET", "stream/?workflow_id=some", READ),
}
NO_SCOPE = "The token lacks the scope {scope}."
NOBODY = "Authentication credentials were not provided."
REFUSALS = {
    "a key of another project's member": (404, "Not found."),
    "a cookie of another project's member": (404, "Not found."),
    "a member's key limited to another project": (404, "Not found."),
    "a member's key limited to no project": (404, "Not found."),
    "a key of who is no member any more": (404, "Not found."),
    "a cookie of who is no member any more": (404, "Not found."),
    "a superuser's key": (404, "Not found."),  # the example's rule is membership alone
    "a key of no scope": (403, NO_SCOPE),
    "a key of no scope, of another project's member": (403, NO_SCOPE),
    "a revoked key": (401, "This API key has been revoked."),
    "an expired key": (401, "This API key has expired."),
    "an inactive member's key": (401, "The user of this API key is inactive."),
    "an inactive member's cookie": (401, NOBODY),
    "a cookie of who logged out": (401, NOBODY),
    "a key that nobody issued": (401, "Invalid API key."),
    "a token of another issuer": (401, NOBODY),
    "nothing": (401, NOBODY),
}
ADMITTED = ["a member's key", "a member's key limited to the project", "a member's cookie"]
operations = pytest.mark.parametrize("operation", OPERATIONS)


@pytest.fixture(scope="module")
def callers(example_env):
    """By name: the headers that each of them sends."""
    printed = manage(example_env, "shell", "-c", "from tests.contract.callers import main; main()")
    return json.loads(printed.splitlines()[-1])


@pytest.fixture
def answer(example, callers):
    """What a caller is answered: of a stream, the beginning."""

    def answer(caller, operation, project=1):
        method, path, _ = OPERATIONS[operation]
        url = f"{example.url}/api/projects/{project}/wizard/sessions/{path}"
        body = a_push("some-session", workflow_id="some") if method == "POST" else None
        request = example.client.build_request(method, url, json=body, headers=callers[caller])
        response = example.client.send(request, stream=True)
        if response.headers.get("content-type") != "text/event-stream":
            response.read()
        response.close()
        return response

    return answer


def without_date(headers):
    return [(name, value) for name, value in headers.items() if name != "date"]


@operations
@pytest.mark.parametrize("caller", REFUSALS)
def test_who_may_not_is_told_why_and_nothing_of_the_project(answer, caller, operation):
    status, detail = REFUSALS[caller]
    scope = OPERATIONS[operation][2]
    there, missing = answer(caller, operation), answer(caller, operation, project=10**9)
    assert there.status_code == status
    assert there.json() == {"detail": detail.format(scope=scope)}
    assert there.headers.get("www-authenticate") == ("Bearer" if status == 401 else None)
    assert (there.status_code, there.content) == (missing.status_code, missing.content)
    assert without_date(there.headers) == without_date(missing.headers)


@operations
@pytest.mark.parametrize("caller", ADMITTED)
def test_who_may_is_let_in_here_and_nowhere_else(answer, caller, operation):
    answer(caller, "create")
    assert answer(caller, operation).status_code == 200
    theirs, missing = (answer(caller, operation, project) for project in (2, 10**9))
    assert (theirs.status_code, theirs.json()) == (404, {"detail": "Not found."})
    assert (theirs.content, without_date(theirs.headers)) == (
        missing.content,
        without_date(missing.headers),
    )


@operations
def test_a_scope_opens_its_own_operations_alone(answer, operation):
    answer("a member's key", "create")
    of_scope = {READ: "a key that only reads", WRITE: "a key that only writes"}
    scope = OPERATIONS[operation][2]
    other = READ if scope == WRITE else WRITE
    assert answer(of_scope[scope], operation).status_code == 200
    refused = answer(of_scope[other], operation)
    assert (refused.status_code, refused.json()) == (403, {"detail": NO_SCOPE.format(scope=scope)})


def test_a_session_of_another_project_is_missing_in_this_one(example, callers, workflow):
    bob = callers["a key of another project's member"]
    theirs = f"{example.url}/api/projects/2/wizard/sessions/"
    push = a_push(workflow, workflow_id=workflow)
    example.client.post(theirs, headers=bob, json=push).raise_for_status()
    there, missing = example.get(f"{workflow}/"), example.get("no-such/")
    assert (there.status_code, there.content) == (404, missing.content)
    assert without_date(there.headers) == without_date(missing.headers)
    assert example.get("latest/", params={"workflow_id": workflow}).status_code == 204
    assert example.get(params={"workflow_id": workflow}).json()["count"] == 0


def test_keys_in_the_query_string_are_not_read(example):
    query = {"key": example.key, "token": example.key, "access_token": example.key}
    response = example.get(key="", params=query)
    assert response.status_code == 401


def test_a_cookie_of_the_log_in_form_reads_and_follows(example, workflow):
    cookies = example.log_in("alice")
    assert httpx.get(example.sessions, cookies=cookies).status_code == 200
    url = f"{example.sessions}stream/?workflow_id={workflow}"
    with EventStream(url, cookies=cookies) as stream:
        assert stream.response.status_code == 200


def test_a_push_with_a_cookie_needs_the_csrf_token(example, session_id):
    cookies = example.log_in("alice")
    push = a_push(session_id)
    refused = httpx.post(example.sessions, cookies=cookies, json=push)
    assert refused.status_code == 403
    assert "CSRF" in refused.json()["detail"]
    token = {"X-CSRFToken": cookies["csrftoken"]}
    assert httpx.post(example.sessions, cookies=cookies, headers=token, json=push).is_success
