import httpx
import pytest

from tests.example import READ, WRITE, create_key, manage
from tests.factories import a_push

OPERATIONS = [
    ("GET", "", READ),
    ("POST", "", WRITE),
    ("GET", "some-session/", READ),
    ("GET", "latest/?workflow_id=some", READ),
    ("GET", "stream/?workflow_id=some", READ),
]


def answer(example, method, path, key, project=1):
    url = f"{example.url}/api/projects/{project}/wizard/sessions/{path}"
    return example.request(method, url, key=key, json=a_push() if method == "POST" else None)


@pytest.fixture(scope="module")
def keys(example_env):
    other = {READ: WRITE, WRITE: READ}
    return {
        "lacking": {
            scope: create_key(example_env, scopes=(other[scope],)) for scope in (READ, WRITE)
        },
        "here": create_key(example_env, "alice", "--project", "1"),
        "elsewhere": create_key(example_env, "alice", "--project", "2"),
        "revoked": _revoked(example_env),
    }


@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_without_credentials_it_is_401_and_bearer_is_asked_for(example, method, path, scope):
    response = answer(example, method, path, "")
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
@pytest.mark.parametrize("key", ["wzs_abcdefgh_nonsense", "nonsense", "é", "a b c"])
def test_with_a_wrong_key_it_is_401(example, method, path, scope, key):
    response = answer(example, method, path, key)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_a_key_without_the_scope_is_403_and_the_scope_is_named(example, keys, method, path, scope):
    response = answer(example, method, path, keys["lacking"][scope])
    assert response.status_code == 403
    assert scope in response.json()["detail"]


@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_a_missing_and_a_forbidden_project_are_answered_alike(example, method, path, scope):
    forbidden = answer(example, method, path, example.key, project=2)
    missing = answer(example, method, path, example.key, project=10**9)
    assert (forbidden.status_code, forbidden.json()) == (404, {"detail": "Not found."})
    assert forbidden.content == missing.content
    assert _without_date(forbidden.headers) == _without_date(missing.headers)


@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_a_key_of_another_project_is_answered_as_for_a_missing_one(
    example, keys, method, path, scope
):
    assert answer(example, method, path, keys["elsewhere"]).status_code == 404


def test_a_key_that_is_limited_to_the_project_works_there(example, keys):
    assert answer(example, "GET", "", keys["here"]).status_code == 200


@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_a_revoked_key_is_401(example, keys, method, path, scope):
    response = answer(example, method, path, keys["revoked"])
    assert response.status_code == 401
    assert response.json() == {"detail": "This API key has been revoked."}


def test_keys_in_the_query_string_are_not_read(example):
    query = {"key": example.key, "token": example.key, "access_token": example.key}
    response = example.get(key="", params=query)
    assert response.status_code == 401


def test_a_browsers_session_cookie_reads_and_follows(example, workflow):
    cookies = example.log_in("alice")
    assert httpx.get(example.sessions, cookies=cookies).status_code == 200
    with httpx.stream(
        "GET", f"{example.sessions}stream/?workflow_id={workflow}", cookies=cookies
    ) as stream:
        assert stream.status_code == 200


def test_a_push_with_a_cookie_needs_the_csrf_token(example, session_id):
    cookies = example.log_in("alice")
    push = a_push(session_id)
    refused = httpx.post(example.sessions, cookies=cookies, json=push)
    assert refused.status_code == 403
    assert "CSRF" in refused.json()["detail"]
    token = {"X-CSRFToken": cookies["csrftoken"]}
    assert httpx.post(example.sessions, cookies=cookies, headers=token, json=push).is_success


def _revoked(env):
    key = create_key(env)
    manage(env, "revoke_api_key", key)
    return key


def _without_date(headers):
    return {name: value for name, value in headers.items() if name != "date"}
