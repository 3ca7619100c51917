import asyncio
from contextlib import suppress

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer

from django_wizard_sessions import broadcast
from django_wizard_sessions import hub as hub_module
from django_wizard_sessions.broadcast import group_name
from django_wizard_sessions.grants import Grant
from django_wizard_sessions.hub import get_hub
from django_wizard_sessions.serializers import WizardSessionSerializer
from django_wizard_sessions.streams import Frame
from tests.factories import WORKFLOW, a_push

NEVER = 0.05  # seconds: nothing is under way that could still come


pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def grant(project):
    return Grant(project.pk, WORKFLOW, "", "comment")


@pytest.fixture
def push_now(project):
    def push(session_id="run-1", *, publish=True, **changes):
        serializer = WizardSessionSerializer(data=a_push(session_id, **changes))
        serializer.is_valid(raise_exception=True)
        session = serializer.save(project=project)
        if publish:
            broadcast.publish(session)
        return f"id: {session.pk}.{session.revision}\n".encode()

    return push


@pytest.fixture
def push(push_now):
    return sync_to_async(push_now)


async def test_the_latest_session_comes_first(grant, push):
    first = await push()
    async with get_hub().subscribe(grant) as stream:
        assert (await stream.take(1)).startswith(first)


async def test_every_push_reaches_every_stream_of_the_topic(grant, push):
    async with get_hub().subscribe(grant) as one, get_hub().subscribe(grant) as other:
        pushed = await push()
        assert (await one.take(1)).startswith(pushed)
        assert (await other.take(1)).startswith(pushed)


async def test_a_frame_is_made_once_for_all_streams(grant, push, monkeypatch):
    made = []
    encode = Frame.encode
    monkeypatch.setattr(Frame, "encode", lambda *args: made.append(args) or encode(*args))
    async with get_hub().subscribe(grant) as one, get_hub().subscribe(grant) as other:
        await push()
        await one.take(1)
        await other.take(1)
    assert len(made) == 1


async def test_a_skill_is_told_from_another(project, push):
    grant = Grant(project.pk, WORKFLOW, "flask", "comment")
    async with get_hub().subscribe(grant) as stream:
        await push("run-1", skill_id="django")
        wanted = await push("run-2", skill_id="flask")
        assert (await stream.take(1)).startswith(wanted)


async def test_a_push_between_joining_and_reading_comes_once(grant, push_now, monkeypatch):
    read = hub_module._latest
    monkeypatch.setattr(hub_module, "_latest", lambda grant: push_now() and read(grant))
    async with get_hub().subscribe(grant) as stream:
        assert (await stream.take(1)).count(b"id: ") == 1
        assert await stream.take(NEVER) == b""


@pytest.mark.parametrize("known", [True, False])
async def test_a_push_right_after_reading_comes_last(grant, push_now, monkeypatch, known):
    if known:
        await sync_to_async(push_now)()
    read, pushed = hub_module._latest, []

    def read_before_a_push(grant):
        snapshot = read(grant)
        pushed.append(push_now())
        return snapshot

    monkeypatch.setattr(hub_module, "_latest", read_before_a_push)
    async with get_hub().subscribe(grant) as stream:
        frames = await stream.take(1) + await stream.take(NEVER)
    assert frames.split(b"\n\n")[-2].startswith(pushed[0].rstrip())


async def test_the_last_stream_of_a_topic_leaves_its_group(grant):
    hub, layer = get_hub(), get_channel_layer()
    async with hub.subscribe(grant):
        async with hub.subscribe(grant):
            pass
        assert list(layer.groups) == [group_name(grant.project_id, WORKFLOW)]
    await asyncio.gather(*hub._departures)
    assert (layer.groups, layer.channels, hub._receiving) == ({}, {}, None)


async def test_a_stream_that_comes_while_the_last_one_goes_is_not_left_outside(grant, push):
    hub = get_hub()
    for _ in range(20):
        async with hub.subscribe(grant):
            pass
        async with hub.subscribe(grant) as stream:
            await stream.take(0)
            pushed = await push()
            assert (await stream.take(1)).startswith(pushed)


async def test_a_topic_that_is_never_left_outlives_the_layers_memory_of_its_members(grant, push):
    layer = get_channel_layer()
    async with get_hub().subscribe(grant) as old:
        members = layer.groups[group_name(grant.project_id, WORKFLOW)]
        for channel in members:
            members[channel] -= layer.group_expiry + 1
        async with get_hub().subscribe(grant) as new:
            pushed = await push()
            assert (await old.take(1)).startswith(pushed)
            assert (await new.take(1)).startswith(pushed)


@pytest.mark.parametrize("call", ["group_add", "group_discard"])
async def test_a_layer_that_fails_leaves_nothing_behind(grant, monkeypatch, call):
    async def fail(group, channel):
        raise ConnectionError

    monkeypatch.setattr(get_channel_layer(), call, fail)
    hub = get_hub()
    with suppress(ConnectionError):
        async with hub.subscribe(grant):
            pass
    await asyncio.wait(hub._departures)
    assert (hub._streams, hub._joined, hub._receiving) == ({}, set(), None)


async def test_one_that_is_cancelled_while_it_joins_leaves_nothing_behind(grant, monkeypatch):
    joining = asyncio.Event()

    async def join(group, channel):
        joining.set()
        await asyncio.Future()

    monkeypatch.setattr(get_channel_layer(), "group_add", join)
    hub = get_hub()
    opening = asyncio.create_task(hub.subscribe(grant).__aenter__())
    await joining.wait()
    opening.cancel()
    await asyncio.wait({opening})
    await asyncio.wait(hub._departures)
    assert (hub._streams, hub._joined, hub._receiving) == ({}, set(), None)


@pytest.mark.parametrize("turns", range(12))
async def test_one_that_is_cancelled_while_it_opens_leaves_nothing_behind(grant, turns):
    hub = get_hub()

    async def follow():
        async with hub.subscribe(grant) as stream:
            await stream.take(60)

    following = asyncio.create_task(follow())
    for _ in range(turns):
        await asyncio.sleep(0)
    following.cancel()
    await asyncio.wait({following})
    await asyncio.gather(*hub._departures)
    assert (hub._streams, hub._joined, hub._receiving) == ({}, set(), None)


async def test_a_broken_hint_does_not_stop_the_hub(grant, push, monkeypatch, caplog):
    async with get_hub().subscribe(grant) as stream:
        group = group_name(grant.project_id, WORKFLOW)
        await get_channel_layer().group_send(group, {"type": "nonsense"})
        pushed = await push()
        assert (await stream.take(NEVER)).startswith(pushed)  # at once
    assert "Could not read a message" in caplog.text


async def test_a_layer_that_fails_once_is_asked_again(grant, push, monkeypatch, caplog):
    monkeypatch.setattr(hub_module, "RECEIVE_RETRY_DELAY", 0)
    layer = get_channel_layer()
    receive, faults = layer.receive, [ConnectionError]

    async def fail_once(channel):
        if faults:
            raise faults.pop()
        return await receive(channel)

    monkeypatch.setattr(layer, "receive", fail_once)
    async with get_hub().subscribe(grant) as stream:
        pushed = await push()
        assert (await stream.take(1)).startswith(pushed)
    assert "Could not receive" in caplog.text


async def test_a_topic_that_cannot_be_joined_holds_up_no_other(grant, monkeypatch):
    layer, hub = get_channel_layer(), get_hub()
    stuck = Grant(grant.project_id, "stuck", "", "comment")
    join = layer.group_add

    async def join_or_hang(group, channel):
        if group == group_name(stuck.project_id, stuck.workflow_id):
            await asyncio.Future()
        await join(group, channel)

    monkeypatch.setattr(layer, "group_add", join_or_hang)
    opening = asyncio.create_task(hub.subscribe(stuck).__aenter__())
    await asyncio.sleep(0)
    async with asyncio.timeout(1), hub.subscribe(grant):
        pass
    opening.cancel()
    await asyncio.wait({opening})
    await asyncio.gather(*hub._departures)
    assert (hub._streams, hub._joined, hub._receiving) == ({}, set(), None)


async def test_the_layer_is_the_one_that_is_configured_now(grant, push, settings):
    hub = get_hub()
    async with hub.subscribe(grant):
        before = hub._layer
    await asyncio.gather(*hub._departures)
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    async with hub.subscribe(grant) as stream:
        assert hub._layer is not before
        pushed = await push()
        assert (await stream.take(1)).startswith(pushed)


async def test_there_is_one_hub_per_event_loop():
    assert get_hub() is get_hub()
    assert get_hub() is not await asyncio.to_thread(asyncio.run, _hub_of_another_loop())


async def _hub_of_another_loop():
    return get_hub()
