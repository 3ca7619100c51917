"""docs/authentication.md, section by section, with the packages themselves."""

import json
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from oauth2_provider.models import AccessToken
from rest_framework_simplejwt.authentication import JWTAuthentication

from django_wizard_sessions.api_keys.authentication import ApiKeyAuthentication
from django_wizard_sessions.views import WizardSessionViewSet
from tests.example import READ, WRITE

from .libraries import EXPIRING, LIBRARIES, DrfToken, Knox, OAuthToolkit, OwnApiKey, SimpleJwt
from .transports import follow, follow_until_refused, push, read

pytestmark = pytest.mark.django_db(transaction=True)

MISSING = 10**9  # no project has this key


def named(libraries):
    return [pytest.param(library, id=library.section) for library in libraries]


@pytest.fixture(params=named(LIBRARIES))
def library(request, follow_the_docs):
    follow_the_docs(request.param.section)
    return request.param


@pytest.fixture(params=named(EXPIRING))
def expiring(request, follow_the_docs):
    follow_the_docs(request.param.section)
    return request.param


def test_a_token_with_the_scope_reads_and_follows(ask, library, user, project):
    assert ask(project.pk, library.make(user, [READ])).status == 200


def test_a_token_with_the_scope_pushes_and_needs_no_csrf_token(library, user, project):
    assert push(project.pk, library.make(user, [WRITE])).status_code == 201


def test_a_token_of_another_scope_is_403_and_the_missing_one_is_named(ask, library, user, project):
    answer = ask(project.pk, library.make(user, [WRITE]))
    assert answer.status == 403
    assert json.loads(answer.body) == {"detail": f"The token lacks the scope {READ}."}


def test_a_token_without_scope_information_holds_none(ask, library, user, project):
    assert ask(project.pk, library.make(user, [])).status == 403


def test_a_token_without_scope_information_pushes_nothing(library, user, project):
    response = push(project.pk, library.make(user, []))
    assert response.status_code == 403
    assert response.json() == {"detail": f"The token lacks the scope {WRITE}."}


def test_who_is_no_member_is_answered_as_for_a_missing_project(ask, library, user, other_project):
    headers = library.make(user, [READ])
    foreign = ask(other_project.pk, headers)
    assert foreign.status == 404
    assert foreign == ask(MISSING, headers)


def test_a_revoked_token_is_401(ask, library, user, project):
    headers = library.make(user, [READ])
    library.revoke(user)
    answer = ask(project.pk, headers)
    assert answer.status == 401
    assert "WWW-Authenticate" in answer.headers


def test_an_expired_token_is_401(ask, expiring, user, project):
    headers = expiring.make(user, [READ], lifetime=timedelta(seconds=-1))
    assert ask(project.pk, headers).status == 401


def test_a_revoked_token_loses_its_open_stream(library, user, project, soon_asked_again):
    headers = library.make(user, [READ])
    last = follow_until_refused(project.pk, headers, refuse=lambda: library.revoke(user))
    assert last == "end"


def test_a_refusal_of_the_stream_is_word_for_word_that_of_rest(library, user, project):
    headers = library.make(user, [WRITE])
    assert read(project.pk, headers).body == follow(project.pk, headers).body
    library.revoke(user)
    assert read(project.pk, headers).body == follow(project.pk, headers).body


def test_beside_the_tokens_a_browsers_cookie_reads_and_follows(ask, library, cookie, project):
    assert ask(project.pk, cookie).status == 200


class TestCookies:
    @pytest.fixture(autouse=True)
    def _host(self, follow_the_docs):
        follow_the_docs("Session cookies")

    def test_a_member_reads_and_follows_without_any_scope(self, ask, cookie, project):
        assert ask(project.pk, cookie).status == 200

    def test_a_push_needs_the_csrf_token(self, cookie, project):
        assert push(project.pk, cookie).status_code == 403
        token = "0" * 32
        cookies = f"{cookie['Cookie']}; csrftoken={token}"
        assert push(project.pk, {"Cookie": cookies, "X-CSRFToken": token}).status_code == 201

    def test_who_is_no_member_is_answered_as_for_a_missing_project(
        self, ask, cookie, other_project
    ):
        foreign = ask(other_project.pk, cookie)
        assert foreign.status == 404
        assert foreign == ask(MISSING, cookie)

    def test_who_is_logged_out_is_401(self, ask, cookie, project):
        Session.objects.all().delete()
        assert ask(project.pk, cookie).status == 401


@pytest.mark.parametrize("library", named([Knox(), DrfToken()]))
def test_what_a_token_without_scopes_holds_is_for_the_host_alone_to_say(
    library, follow_the_docs, settings, user, project
):
    follow_the_docs(library.section)
    settings.WIZARD_SESSIONS = {"PROJECT_MODEL": "host.Project"}  # with the package's own HasScope
    headers = library.make(user, [READ])
    assert read(project.pk, headers).status == follow(project.pk, headers).status == 403


@pytest.mark.parametrize("library", named([OwnApiKey(), SimpleJwt()]))
def test_the_packages_own_keys_work_beside_a_library_that_says_bearer_too(
    ask, library, monkeypatch, user, project
):
    both = (ApiKeyAuthentication, JWTAuthentication)
    monkeypatch.setattr(WizardSessionViewSet, "authentication_classes", both)
    assert ask(project.pk, library.make(user, [READ])).status == 200


class TestOAuth:
    """What this library has that the others have not."""

    @pytest.fixture(autouse=True)
    def _host(self, follow_the_docs):
        follow_the_docs(OAuthToolkit.section)

    def test_a_scope_that_its_setting_does_not_list_does_not_count(
        self, ask, settings, user, project
    ):
        settings.OAUTH2_PROVIDER = {"SCOPES": {WRITE: "Show the wizard's runs"}}
        assert ask(project.pk, OAuthToolkit().make(user, [READ])).status == 403

    def test_a_token_in_the_address_is_not_taken(self, ask, user, project):
        OAuthToolkit().make(user, [READ])
        assert ask(project.pk, {}, "?workflow_id=w&access_token=t").status == 401

    def test_a_token_of_no_user_is_refused(self, ask, user, project):
        headers = OAuthToolkit().make(user, [READ])
        AccessToken.objects.update(user=None)
        assert ask(project.pk, headers).status == 403

    @pytest.mark.parametrize("section", [None, "django-rules", "A permission class, composed"])
    def test_a_user_that_is_not_active_any_more_sees_no_project(
        self, ask, follow_the_docs, section, user, project
    ):
        if section:
            follow_the_docs(section)
            follow_the_docs(OAuthToolkit.section)
        headers = OAuthToolkit().make(user, [READ])
        user.is_active = False
        user.save()
        assert ask(project.pk, headers).status == 404
