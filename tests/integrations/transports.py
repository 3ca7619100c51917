"""One question by each of the two ways into a host: by REST, and for the stream."""

from collections.abc import Mapping
from dataclasses import dataclass

from asgiref.sync import async_to_sync, sync_to_async
from django.core.asgi import get_asgi_application
from django.test import Client

from django_wizard_sessions.routing import mount_stream
from django_wizard_sessions.testing import open_stream
from tests.factories import a_push


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str]


def push(project_id, headers):
    """By a client that Django does not spare the CSRF check."""
    client = Client(enforce_csrf_checks=True)
    path = f"/projects/{project_id}/sessions/"
    return client.post(path, a_push(), content_type="application/json", headers=headers)


def read(project_id, headers, query=""):
    response = Client().get(f"/projects/{project_id}/sessions/{query}", headers=headers)
    return Answer(response.status_code, response.content, response.headers)


def follow(project_id, headers, query="?workflow_id=w"):
    """What the stream is answered with: if it is granted, nothing of what follows."""

    async def ask():
        async with _open_stream(project_id, headers, query) as stream:
            return Answer(stream.status, stream.body, stream.headers)

    return async_to_sync(ask)()


def follow_until_refused(project_id, headers, refuse):
    """The name of the event that follows in an open stream once ``refuse()`` was called."""

    async def ask():
        async with _open_stream(project_id, headers, "?workflow_id=w") as stream:
            assert stream.status == 200
            await sync_to_async(refuse)()
            return (await stream.next()).event

    return async_to_sync(ask)()


WAYS = {"REST": read, "stream": follow}


def _open_stream(project_id, headers, query):
    path = f"/projects/{project_id}/sessions/stream/{query}"
    return open_stream(mount_stream(get_asgi_application()), path, headers=headers)
