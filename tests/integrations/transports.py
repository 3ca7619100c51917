"""One question by each of the two ways into a host: by REST, and for the stream."""

from contextlib import asynccontextmanager
from dataclasses import dataclass

from asgiref.sync import async_to_sync, sync_to_async
from channels.testing import HttpCommunicator
from django.core.handlers.asgi import ASGIHandler
from django.test import Client

from django_wizard_sessions.routing import mount_stream
from tests.factories import a_push

PATIENCE = 5  # seconds


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: dict


def push(project_id, headers):
    """By a client that Django does not spare the CSRF check."""
    client = Client(enforce_csrf_checks=True)
    path = f"/projects/{project_id}/sessions/"
    return client.post(path, a_push(), content_type="application/json", headers=headers)


def read(project_id, headers, query=""):
    response = Client().get(f"/projects/{project_id}/sessions/{query}", headers=headers)
    return Answer(response.status_code, response.content, dict(response.headers))


def follow(project_id, headers, query="?workflow_id=w"):
    """What the stream is answered with, and its first chunk."""

    async def ask():
        async with _following(project_id, headers, query) as (client, start):
            chunk = await client.receive_output(PATIENCE)
        given = {name.decode(): value.decode() for name, value in start["headers"]}
        return Answer(start["status"], chunk["body"], given)

    return async_to_sync(ask)()


def follow_until_refused(project_id, headers, refuse):
    """The last chunk of a stream that began well, once ``refuse()`` was called."""

    async def ask():
        async with _following(project_id, headers, "?workflow_id=w") as (client, start):
            assert start["status"] == 200
            await client.receive_output(PATIENCE)
            await sync_to_async(refuse)()
            return (await client.receive_output(PATIENCE))["body"]

    return async_to_sync(ask)()


WAYS = {"REST": read, "stream": follow}


@asynccontextmanager
async def _following(project_id, headers, query):
    path = f"/projects/{project_id}/sessions/stream/{query}"
    encoded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    client = HttpCommunicator(mount_stream(ASGIHandler()), "GET", path, headers=encoded)
    client.scope["asgi"] = {"version": "3.0"}
    await client.send_input({"type": "http.request", "body": b""})
    yield client, await client.receive_output(PATIENCE)
    await client.send_input({"type": "http.disconnect"})
    await client.wait(PATIENCE)
