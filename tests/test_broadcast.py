import asyncio
import time

import pytest
from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.db import transaction
from django.test import Client

from django_wizard_sessions import broadcast
from django_wizard_sessions.models import WizardSession
from django_wizard_sessions.signals import publish_failed
from django_wizard_sessions.topics import group_name
from tests.factories import SKILL, WORKFLOW, a_push
from tests.signals import heard

pytestmark = pytest.mark.django_db(transaction=True)


class RecordingLayer(InMemoryChannelLayer):  # type: ignore[misc]
    """Also keeps what it was asked to send."""

    def __init__(self, **config):
        super().__init__(**config)
        self.sent = []

    async def group_send(self, group, message):
        self.sent.append((group, message))


class SlowLayer(RecordingLayer):
    def __init__(self, **config):
        super().__init__(**config)
        self.sending, self.go_on = asyncio.Event(), asyncio.Event()

    async def group_send(self, group, message):
        self.sending.set()
        await self.go_on.wait()
        await super().group_send(group, message)


class BrokenLayer(InMemoryChannelLayer):  # type: ignore[misc]
    async def group_send(self, group, message):
        raise ConnectionError("no Redis today")


@pytest.fixture
def layer(settings):
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": f"{__name__}.RecordingLayer"}}
    return get_channel_layer()


@pytest.fixture
def push(client, user, project):
    client.force_login(user)

    def push(**changes):
        url = f"/projects/{project.pk}/sessions/"
        return client.post(url, a_push(**changes), content_type="application/json")

    return push


def test_a_push_is_sent_once_to_the_group_of_its_workflow(layer, push, project):
    response = push()
    [(group, hint)] = layer.sent
    session = WizardSession.objects.get()
    assert group == group_name(project.pk, WORKFLOW)
    assert hint["data"].encode() == response.content
    assert (hint["session"], hint["revision"], hint["skill_id"]) == (session.pk, 1, SKILL)


def test_a_push_that_is_refused_is_not_sent(layer, push):
    assert push(run_phase="nonsense").status_code == 400
    assert layer.sent == []


def test_a_push_that_is_rolled_back_is_not_sent(layer, push):
    with transaction.atomic():
        assert push().status_code == 201
        transaction.set_rollback(True)
    assert layer.sent == []
    assert not WizardSession.objects.exists()


def test_it_is_sent_when_the_outermost_transaction_commits(layer, push):
    with transaction.atomic():
        push()
        assert layer.sent == []
    assert len(layer.sent) == 1


async def test_a_wizard_that_goes_during_its_push_is_seen_all_the_same(
    settings, async_client, user, project
):
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": f"{__name__}.SlowLayer"}}
    layer = get_channel_layer()
    await async_client.aforce_login(user)
    url = f"/projects/{project.pk}/sessions/"
    request = async_client.post(url, a_push(), content_type="application/json")
    push = asyncio.create_task(request)
    await asyncio.wait_for(layer.sending.wait(), timeout=5)
    push.cancel()
    await asyncio.wait({push})
    assert layer.sent == []
    layer.go_on.set()
    await asyncio.gather(*broadcast._sending)
    assert len(layer.sent) == 1
    assert await WizardSession.objects.acount() == 1


def test_a_layer_that_fails_does_not_fail_the_push(settings, push, caplog):
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": f"{__name__}.BrokenLayer"}}
    assert push().status_code == 201
    assert "no Redis today" in caplog.text


class BusyLayer(InMemoryChannelLayer):  # type: ignore[misc]
    async def group_send(self, group, message):
        asyncio.get_running_loop().call_soon(time.sleep, 2 * broadcast.PUBLISH_TIMEOUT)
        await asyncio.sleep(broadcast.PUBLISH_TIMEOUT / 2)
        await asyncio.sleep(0)


def test_an_event_loop_that_is_late_is_no_outage_of_the_layer(settings, push):
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": f"{__name__}.BusyLayer"}}
    with heard(publish_failed) as sent:
        push()
    assert sent == []


def test_what_is_not_published_is_counted_tried_or_not(settings, push):
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": f"{__name__}.BrokenLayer"}}
    with heard(publish_failed) as sent:
        push()
        push()
    assert [str(about["error"]) for about in sent] == ["no Redis today", "None"]
    assert {about["session"].session_id for about in sent} == {"run-1"}


def test_a_host_without_a_layer_can_be_pushed_to(settings, push):
    settings.CHANNEL_LAYERS = {}
    assert push().status_code == 201


def test_atomic_requests_send_after_the_commit(layer, user, project, settings, monkeypatch):
    from django.db import connections  # noqa: PLC0415

    monkeypatch.setitem(connections["default"].settings_dict, "ATOMIC_REQUESTS", True)
    client = Client()
    client.force_login(user)
    url = f"/projects/{project.pk}/sessions/"
    assert client.post(url, a_push(), content_type="application/json").status_code == 201
    assert len(layer.sent) == 1


@pytest.mark.parametrize("workflow", ["w", "x" * 128, "Zürich 🎉 / \\ : !"])
@pytest.mark.parametrize("project_id", [1, "slug", "x" * 255])
def test_a_groups_name_is_one_that_every_layer_takes(project_id, workflow):
    assert InMemoryChannelLayer().require_valid_group_name(group_name(project_id, workflow))


def test_no_two_topics_share_a_group():
    topics = [(1, "a"), (2, "a"), (1, "b"), (11, "a"), (1, "1a"), ("1", 'a"'), ("1,", "a")]
    assert len({group_name(*topic) for topic in topics}) == len(topics)
