import json
import uuid

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from rest_framework.authentication import BaseAuthentication
from rest_framework.test import APIRequestFactory, force_authenticate

from django_wizard_sessions.models import WizardSession
from django_wizard_sessions.views import WizardSessionViewSet
from tests.factories import WORKFLOW, a_push

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(client, user):
    client.force_login(user)
    return client


def push(client, url, **changes):
    return client.post(url, a_push(**changes), content_type="application/json")


@pytest.mark.parametrize(
    "prefix", ["/projects/{}/", "/api/v1/teams/{}/", "/orgs/7/workspaces/{}/wizard/"]
)
def test_it_works_below_any_prefix_with_any_keyword(member, project, prefix):
    url = prefix.format(project.pk) + "sessions/"
    assert push(member, url).status_code == 201
    assert member.get(f"{url}run-1/").json()["team_id"] == project.pk
    assert member.get(f"{url}latest/?workflow_id={WORKFLOW}").status_code == 200
    assert member.get(url).json()["count"] == 1


def test_several_mounts_in_one_host_have_names_of_their_own(project):
    assert reverse("wizard_sessions:session-list", kwargs={"project_id": 1}) == (
        "/projects/1/sessions/"
    )
    assert reverse(
        "teams:session-detail", kwargs={"version": "v1", "team": 1, "session_id": "a:b"}
    ) == ("/api/v1/teams/1/sessions/a:b/")


@pytest.mark.parametrize("key", ["abc", "0", "-1", "9" * 30, str(uuid.UUID(int=1)), "nul%00"])
def test_a_key_that_no_project_can_have_is_404(member, project, key):
    assert member.get(f"/api/v1/teams/{key}/sessions/").status_code == 404


def test_what_the_urlconf_adds_to_the_path_does_not_name_the_project(member, project):
    """``True`` would be the project 1."""
    assert project.pk == 1
    push(member, "/beta/1/sessions/")
    assert member.get("/beta/1/sessions/run-1/").status_code == 200
    assert member.get("/beta/2/sessions/run-1/").status_code == 404


def test_a_version_in_the_url_does_not_name_the_project(member, project):
    assert member.get(f"/{project.pk}/v1/sessions/").status_code == 200


def test_an_authenticator_may_look_for_a_body_in_a_get(user, project):
    """django-oauth-toolkit's does."""

    class LookingAtTheBody(BaseAuthentication):
        def authenticate(self, request):
            return (user, None) if not request.POST else None

    class Looked(WizardSessionViewSet):
        authentication_classes = (LookingAtTheBody,)

    request = APIRequestFactory().get("/")
    response = Looked.as_view({"get": "list"})(request, project_id=project.pk)
    assert response.status_code == 200


def test_mounted_without_a_project_it_says_what_to_do(user):
    request = APIRequestFactory().get("/")
    force_authenticate(request, user)
    with pytest.raises(ImproperlyConfigured, match="prefix that names the project"):
        WizardSessionViewSet.as_view({"get": "list"})(request)


def test_under_wsgi_the_stream_is_501_and_says_what_to_mount(member, project):
    response = member.get(f"/projects/{project.pk}/sessions/stream/?workflow_id=w")
    assert response.status_code == 501
    assert "mount_stream" in response.json()["detail"]


@pytest.mark.django_db(transaction=True)
async def test_under_asgi_without_the_consumer_it_is_501_too(async_client, user, project):
    await async_client.aforce_login(user)
    response = await async_client.get(f"/projects/{project.pk}/sessions/stream/?workflow_id=w")
    assert response.status_code == 501


def test_the_wire_format_is_the_packages_own_whatever_the_hosts_defaults_are(
    member, project, settings
):
    settings.REST_FRAMEWORK = {
        **settings.REST_FRAMEWORK,
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.BrowsableAPIRenderer"],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.FormParser"],
        "DEFAULT_FILTER_BACKENDS": ["rest_framework.filters.SearchFilter"],
        "PAGE_SIZE": 1,
        "DATETIME_FORMAT": "%d.%m.%Y",
        "DATETIME_INPUT_FORMATS": ["%d.%m.%Y"],
    }
    url = f"/projects/{project.pk}/sessions/"
    response = push(member, url)
    assert (response.status_code, response.headers["content-type"]) == (201, "application/json")
    assert json.loads(response.content)["started_at"] == "2026-11-24T02:25:53Z"


@pytest.mark.django_db(transaction=True)
def test_a_project_that_is_deleted_during_a_push_is_missing_like_any_other(
    member, project, monkeypatch
):
    upsert = WizardSession.objects.upsert

    def delete_first(**values):
        type(project).objects.all().delete()
        return upsert(**values)

    monkeypatch.setattr(WizardSession.objects, "upsert", delete_first)
    response = push(member, f"/projects/{project.pk}/sessions/")
    assert (response.status_code, response.json()) == (404, {"detail": "Not found."})


def test_a_host_may_route_reads_to_another_database(member, project, settings):
    settings.DATABASE_ROUTERS = ["tests.test_views.ReplicaRouter"]
    assert push(member, f"/projects/{project.pk}/sessions/").status_code == 201


class ReplicaRouter:
    """Forbids relations, as Django does between objects of a replica and of its primary."""

    def allow_relation(self, one, other, **hints):
        return False


def test_only_who_created_a_session_may_replace_it_if_the_host_says_so(
    client, user, project, configure_wizard_sessions, django_user_model
):
    configure_wizard_sessions(ONLY_CREATOR_MAY_REPLACE=True)
    other = django_user_model.objects.create_user("bob")
    project.members.add(other)
    url = f"/projects/{project.pk}/sessions/"
    answers = []
    for pusher in (user, other, user):
        client.force_login(pusher)
        answers.append(push(client, url))
    assert [answer.status_code for answer in answers] == [201, 403, 200]
    assert answers[1].json() == {"detail": "Only who created this session may replace it."}
