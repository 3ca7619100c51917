import logging
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.views.debug import ExceptionReporter
from rest_framework.authentication import BaseAuthentication, TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from django_wizard_sessions.api_keys.authentication import ApiKeyAuthentication
from django_wizard_sessions.api_keys.models import ApiKey


class View(APIView):
    required_scopes = {}
    authentication_classes: tuple[type[BaseAuthentication], ...] = (ApiKeyAuthentication,)
    permission_classes = (IsAuthenticated,)

    def get(self, request):
        return Response({"user": request.user.get_username(), "scopes": request.auth.scopes})

    post = get


def get(authorization=None, path="/"):
    headers = {} if authorization is None else {"HTTP_AUTHORIZATION": authorization}
    return View.as_view()(APIRequestFactory().get(path, **headers))


def authenticate(authorization):
    request = APIRequestFactory().get("/", HTTP_AUTHORIZATION=authorization)
    return ApiKeyAuthentication().authenticate(Request(request, parser_context={"view": View()}))


def change(key, position):
    """The key with another character at this position."""
    return key[:position] + ("a" if key[position] != "a" else "b") + key[position + 1 :]


def test_the_holder_of_a_key_acts_as_its_user(issue):
    _, key = issue(scopes=["sessions:read", "sessions:write"])
    response = get(f"Bearer {key}")
    assert response.data == {"user": "alice", "scopes": ["sessions:read", "sessions:write"]}


def test_request_auth_is_the_key(issue, user):
    api_key, key = issue()
    assert authenticate(f"Bearer {key}") == (user, api_key)


def test_a_view_that_knows_no_scopes_takes_no_key(issue):
    class WithoutScopes(APIView):
        authentication_classes = (ApiKeyAuthentication,)
        permission_classes = (IsAuthenticated,)

        def delete(self, request):
            raise AssertionError

    _, key = issue()
    request = APIRequestFactory().delete("/", HTTP_AUTHORIZATION=f"Bearer {key}")
    response = WithoutScopes.as_view()(request)
    assert response.status_code == 401
    assert response.data == {"detail": "API keys are not accepted here."}


@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
def test_the_scheme_is_known_in_any_case(issue, scheme):
    _, key = issue()
    assert get(f"{scheme} {key}").status_code == 200


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer of-another-issuer",
        "Bearer WZS_abcd1234_x",
        "Basic wzs_abcd1234",
        "Token wzs_abcd1234",
        "wzs_abcd1234",
    ],
)
def test_what_is_no_api_key_is_left_to_the_next_authenticator(
    authorization, db, django_assert_num_queries
):
    with django_assert_num_queries(0):
        assert authenticate(authorization) is None


def test_a_request_without_credentials_is_left_to_the_next_authenticator():
    assert ApiKeyAuthentication().authenticate(Request(APIRequestFactory().get("/"))) is None


def test_a_request_without_credentials_is_told_to_send_a_bearer_token():
    response = get()
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"


def test_a_key_is_not_taken_from_the_query_string(issue):
    _, key = issue()
    for name in ("key", "api_key", "token", "access_token"):
        assert get(path=f"/?{name}={key}").status_code == 401


def test_a_key_is_not_taken_from_the_body(issue):
    _, key = issue()
    request = APIRequestFactory().post("/", {"access_token": key, "api_key": key})
    assert View.as_view()(request).status_code == 401


def test_an_unknown_prefix_and_a_wrong_secret_get_the_same_answer(issue):
    _, key = issue()
    answers = [get(f"Bearer {change(key, position)}") for position in (4, -1)]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].data == answers[1].data == {"detail": "Invalid API key."}


def test_the_whole_digest_is_compared(issue):
    api_key, key = issue()
    half = api_key.digest[:32]
    ApiKey.objects.update(digest=half + "0" * 32)
    assert get(f"Bearer {key}").status_code == 401


@pytest.mark.parametrize(
    "token",
    [
        "wzs_",
        "wzs_abcd1234",
        "wzs_abcd1234_",
        "wzs_abcd1234_short",
        "wzs_ABCD1234_" + "s" * 43,
        "wzs_abcd1234_" + "s" * 44,
        "wzs_abcd1234_" + "s" * 42 + "é",
        "wzs_abcd123é_" + "s" * 43,
        "wzs_abcd123\x00_" + "s" * 43,
        "wzs_abcd1234_" + "s" * 42 + "\x00",
        "wzs_abcd1234_" + "s" * 43 + "\n",
        "wzs_abcd1234_" + "s" * 43 + " x",
        "wzs_abcd1234_" + "s" * 43 + ", Bearer x",
        "wzs_日本",
        "wzs_\udc80",
        "wzs_" + "a" * 1_000_000,
    ],
)
def test_a_malformed_key_is_refused_without_a_query(token, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = get(f"Bearer {token}")
    assert response.status_code == 401
    assert response.data == {"detail": "Invalid API key."}


def test_the_holder_of_a_revoked_key_is_told_so(issue):
    api_key, key = issue()
    api_key.revoke()
    response = get(f"Bearer {key}")
    assert response.status_code == 401
    assert response.data == {"detail": "This API key has been revoked."}


def test_the_holder_of_an_expired_key_is_told_so(issue, yesterday):
    _, key = issue(expires_at=yesterday)
    response = get(f"Bearer {key}")
    assert response.status_code == 401
    assert response.data == {"detail": "This API key has expired."}


def test_a_key_works_until_it_expires(issue):
    _, key = issue(expires_at=timezone.now() + timedelta(hours=1))
    assert get(f"Bearer {key}").status_code == 200


def test_the_holder_of_an_inactive_users_key_is_told_so(issue, user):
    user.is_active = False
    user.save()
    _, key = issue()
    response = get(f"Bearer {key}")
    assert response.status_code == 401
    assert response.data == {"detail": "The user of this API key is inactive."}


def test_only_the_holder_learns_that_a_key_is_revoked(issue):
    api_key, key = issue()
    api_key.revoke()
    assert get(f"Bearer {change(key, -1)}").data == {"detail": "Invalid API key."}


@pytest.mark.django_db(transaction=True)
def test_the_first_request_costs_two_queries_and_the_next_one(issue, django_assert_num_queries):
    _, key = issue()
    with django_assert_num_queries(2):
        authenticate(f"Bearer {key}")
    with django_assert_num_queries(1):
        authenticate(f"Bearer {key}")


@pytest.mark.django_db(transaction=True)
def test_a_request_is_recorded_as_a_use(issue):
    _, key = issue()
    get(f"Bearer {key}")
    assert ApiKey.objects.get().last_used_at is not None


@pytest.mark.django_db(transaction=True)
def test_the_use_is_recorded_after_the_requests_own_transaction(issue):
    _, key = issue()
    with transaction.atomic():
        assert get(f"Bearer {key}").status_code == 200
        assert ApiKey.objects.get().last_used_at is None
    assert ApiKey.objects.get().last_used_at is not None


@pytest.mark.django_db(transaction=True)
def test_a_use_that_cannot_be_recorded_does_not_fail_the_request(issue, monkeypatch, caplog):
    def fail(*args, **values):
        raise DatabaseError("read-only")

    _, key = issue()
    monkeypatch.setattr(ApiKey, "_update_if", fail)
    assert get(f"Bearer {key}").status_code == 200
    assert "read-only" in caplog.text


def test_a_refused_request_is_not_recorded_as_a_use(issue, yesterday):
    _, key = issue(expires_at=yesterday)
    get(f"Bearer {key}")
    assert ApiKey.objects.get().last_used_at is None


def test_another_bearer_authenticator_sees_its_own_tokens(db):
    class OtherAuthentication(TokenAuthentication):
        keyword = "Bearer"

        def authenticate_credentials(self, key):
            raise AuthenticationFailed(f"asked for {key}")

    class BothView(View):
        authentication_classes = (ApiKeyAuthentication, OtherAuthentication)

    request = APIRequestFactory().get("/", HTTP_AUTHORIZATION="Bearer other")
    assert BothView.as_view()(request).data == {"detail": "asked for other"}


def test_no_key_gets_into_the_logs(issue, caplog):
    _, key = issue()
    caplog.set_level(logging.DEBUG)
    get(f"Bearer {key}")
    get(f"Bearer {change(key, -1)}")
    assert key[13:-1] not in caplog.text


def test_no_key_gets_into_an_error_report(issue, monkeypatch):
    def fail(*args):
        raise DatabaseError("gone")

    _, key = issue()
    monkeypatch.setattr("django.db.models.QuerySet.first", fail)
    request = APIRequestFactory().get("/", HTTP_AUTHORIZATION=f"Bearer {key}")
    with pytest.raises(DatabaseError) as caught:
        View.as_view()(request)
    below_this_test = caught.tb.tb_next
    report = ExceptionReporter(request, caught.type, caught.value, below_this_test)
    assert "gone" in report.get_traceback_html()
    assert key[13:] not in report.get_traceback_html()
