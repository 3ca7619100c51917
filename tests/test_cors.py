"""A page of another origin, with django-cors-headers: REST and the stream alike."""

import pytest
from django.core.asgi import get_asgi_application

from django_wizard_sessions.routing import mount_stream
from django_wizard_sessions.testing import open_stream

ORIGIN = "https://app.example.com"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def cors(settings):
    settings.MIDDLEWARE = ["corsheaders.middleware.CorsMiddleware", *settings.MIDDLEWARE]
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]
    settings.CORS_ALLOW_CREDENTIALS = True


@pytest.fixture
def member(client, user):
    client.force_login(user)
    return client


def is_allowed(headers):
    credentials = headers.get("access-control-allow-credentials")
    return (headers.get("access-control-allow-origin"), credentials) == (ORIGIN, "true")


def test_rest_is_allowed_with_credentials(member, project):
    answer = member.get(f"/projects/{project.pk}/sessions/", headers={"origin": ORIGIN})
    assert is_allowed(answer.headers)
    assert {"Authorization", "Cookie", "origin"} <= set(answer["Vary"].split(", "))


def test_a_preflight_needs_no_credentials(client, project):
    asked = {"origin": ORIGIN, "access-control-request-method": "POST"}
    answer = client.options(f"/projects/{project.pk}/sessions/", headers=asked)
    assert answer.status_code == 200
    assert is_allowed(answer.headers)


@pytest.mark.parametrize(("origin", "allowed"), [(ORIGIN, True), ("https://evil.example", False)])
async def test_the_stream_has_the_headers_too(member, project, origin, allowed):
    application = mount_stream(get_asgi_application())
    path = f"/projects/{project.pk}/sessions/stream/?workflow_id=w"
    asked = {"origin": origin}
    async with open_stream(application, path, headers=asked, cookies=member.cookies) as stream:
        assert stream.status == 200
        assert is_allowed(stream.headers) is allowed
