"""What a push costs, counted: how many there are of a thing does not depend on the machine."""

from collections import Counter

import pytest
from asgiref.sync import AsyncToSync, SyncToAsync
from channels.layers import InMemoryChannelLayer
from django.db import connection
from rest_framework.renderers import JSONRenderer
from rest_framework.serializers import Serializer

from django_wizard_sessions.serializers import WizardSessionSerializer
from tests.factories import a_push, a_task

pytestmark = pytest.mark.django_db(transaction=True)

TASKS = 40


@pytest.fixture
def counted(monkeypatch):
    """How often each of these was called, by its name here."""
    counts = Counter()

    def count(owner, method, name):
        original = getattr(owner, method)

        def counting(*args, **kwargs):
            counts[name] += 1
            return original(*args, **kwargs)

        monkeypatch.setattr(owner, method, counting)

    count(JSONRenderer, "render", "encodings")
    count(WizardSessionSerializer, "to_representation", "representations")
    count(InMemoryChannelLayer, "group_send", "messages")
    count(AsyncToSync, "__call__", "hops into the event loop")
    count(SyncToAsync, "__call__", "hops into a thread")
    count(Serializer, "to_internal_value", "tasks and sessions taken apart by field")
    return counts


@pytest.fixture
def push(client, user, project):
    client.force_login(user)
    tasks = [a_task(id=str(number)) for number in range(TASKS)]

    def push(**changes):
        url = f"/projects/{project.pk}/sessions/"
        body = a_push(tasks=tasks, event_plan={"a": {"b": [1]}}, **changes)
        return client.post(url, body, content_type="application/json")

    return push


@pytest.fixture(params=["the first", "a later one"])
def counts(request, push, counted):
    if request.param == "a later one":
        push()
    counted.clear()
    assert push().status_code in {200, 201}
    return counted


def test_its_json_is_encoded_once_for_the_answer_and_the_streams(counts):
    assert (counts["representations"], counts["encodings"]) == (1, 1)


def test_it_is_one_message_of_the_channel_layer_and_one_hop_to_send_it(counts):
    assert (counts["messages"], counts["hops into the event loop"]) == (1, 1)
    assert counts["hops into a thread"] == 0


def test_its_tasks_are_not_taken_apart_field_by_field(counts):
    assert counts["tasks and sessions taken apart by field"] == 1


def test_of_a_known_session_it_needs_no_transaction(push, monkeypatch):
    def began(*args, **kwargs):
        raise AssertionError("a transaction began")

    push()
    monkeypatch.setattr(connection, "set_autocommit", began)
    assert push().status_code == 200


async def test_through_asgi_too_it_is_one_hop_into_the_event_loop(
    async_client, user, project, counted
):
    await async_client.aforce_login(user)
    counted.clear()
    url = f"/projects/{project.pk}/sessions/"
    answer = await async_client.post(url, a_push(), content_type="application/json")
    assert answer.status_code == 201
    assert counted["hops into the event loop"] == 1
