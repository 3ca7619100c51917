"""A page of another origin, with django-cors-headers: REST and the stream alike."""

import pytest
from asgiref.sync import sync_to_async
from channels.testing import HttpCommunicator
from django.core.handlers.asgi import ASGIHandler

from django_wizard_sessions.routing import mount_stream

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
    cookie = await sync_to_async(member.cookies.output)(header="", sep=";")
    headers = [(b"cookie", cookie.strip().encode()), (b"origin", origin.encode())]
    path = f"/projects/{project.pk}/sessions/stream/?workflow_id=w"
    client = HttpCommunicator(mount_stream(ASGIHandler()), "GET", path, headers=headers)
    await client.send_input({"type": "http.request", "body": b"", "more_body": False})
    start = await client.receive_output(timeout=5)
    given = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    assert start["status"] == 200
    assert is_allowed(given) is allowed
    await client.send_input({"type": "http.disconnect"})
    await client.wait(timeout=5)
