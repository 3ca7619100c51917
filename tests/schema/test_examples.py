"""The schema's examples of refusals are what the API answers, word by word."""

import pytest

from django_wizard_sessions.api_keys.models import ApiKey
from django_wizard_sessions.schema.operations import OPERATIONS
from tests.factories import a_push

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(client, user, project):
    """Asks as a member, or by a key or nobody, and gives the body of the answer."""

    def ask(method, path="", *, key=None, project=project.pk, **request):
        if key is None:
            client.force_login(user)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        request = {"content_type": "application/json", "headers": headers, **request}
        answer = client.generic(method, f"/projects/{project}/sessions/{path}", **request)
        return str(answer.status_code), answer.json()

    return ask


def example(action, status):
    responses = OPERATIONS[action].responses(None)
    [example] = responses[int(status), "application/json"].examples
    return example.value


@pytest.mark.parametrize(
    ("action", "status", "request_"),
    [
        ("list", "400", {"path": "?limit=0"}),
        ("list", "401", {"key": ""}),
        ("list", "404", {"project": 2}),
        ("list", "406", {"headers": {"Accept": "text/html"}}),
        ("create", "413", {"data": b" " * (2 * 1024 * 1024 + 1)}),
        ("create", "415", {"content_type": "text/plain", "data": b"{}"}),
        ("retrieve", "404", {"path": "no-such-session/"}),
        ("latest", "400", {"path": "latest/"}),
        ("stream", "400", {"path": "stream/"}),
        ("stream", "501", {"path": "stream/?workflow_id=any"}),
    ],
)
def test_a_refusal_reads_as_its_example(ask, action, status, request_):
    method = "POST" if action == "create" else "GET"
    assert ask(method, **request_) == (status, example(action, status))


def test_a_bad_push_reads_as_its_example(client, user, project):
    client.force_login(user)
    push = a_push(run_phase="done")
    del push["session_id"]
    answer = client.post(f"/projects/{project.pk}/sessions/", push, "application/json")
    assert answer.json() == example("create", "400")


@pytest.mark.parametrize(
    ("action", "held"), [("list", "wizard_session:write"), ("create", "wizard_session:read")]
)
def test_a_lacking_scope_reads_as_its_example(ask, user, action, held):
    _, key = ApiKey.objects.issue(user=user, scopes=[held])
    method = "POST" if action == "create" else "GET"
    assert ask(method, key=key) == ("403", example(action, "403"))
