import asyncio
from contextlib import suppress

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer

from django_wizard_sessions import broadcast
from django_wizard_sessions import hub as hub_module
from django_wizard_sessions.broadcast import group_name
from django_wizard_sessions.grants import Grant
from django_wizard_sessions.hub import Frame, Stream, get_hub
from django_wizard_sessions.serializers import WizardSessionSerializer
from tests.factories import WORKFLOW, a_push

NEVER = 0.05  # seconds: nothing is under way that could still come


def frame(session, revision):
    return Frame(session, revision, f"{session}.{revision} ".encode())


@pytest.fixture
def stream():
    return Stream(skill_id="")


class TestStream:
    async def test_it_gives_what_it_was_offered_in_order(self, stream):
        stream.offer(frame(1, 1))
        stream.offer(frame(2, 1))
        assert await stream.take(NEVER) == b"1.1 2.1 "

    async def test_it_gives_nothing_twice(self, stream):
        stream.offer(frame(1, 1))
        await stream.take(NEVER)
        stream.offer(frame(1, 1))
        assert await stream.take(NEVER) == b""

    async def test_an_older_revision_never_follows_a_newer_one(self, stream):
        stream.offer(frame(1, 2))
        await stream.take(NEVER)
        stream.offer(frame(1, 1))
        assert await stream.take(NEVER) == b""

    async def test_of_a_session_only_the_newest_state_waits(self, stream):
        for revision in (1, 3, 2):
            stream.offer(frame(1, revision))
        assert await stream.take(NEVER) == b"1.3 "

    async def test_the_session_that_changed_last_comes_last(self, stream):
        for session, revision in [(1, 1), (2, 1), (1, 2)]:
            stream.offer(frame(session, revision))
        assert await stream.take(NEVER) == b"2.1 1.2 "

    async def test_it_wakes_who_waits(self, stream):
        waiting = asyncio.create_task(stream.take(60))
        await asyncio.sleep(0)
        stream.offer(frame(1, 1))
        assert await waiting == b"1.1 "

    async def test_the_first_session_comes_before_what_arrived_meanwhile(self, stream):
        stream.offer(frame(2, 5))
        stream.offer_first(frame(1, 1))
        assert await stream.take(NEVER) == b"1.1 2.5 "

    async def test_the_first_session_comes_in_its_newest_state(self, stream):
        stream.offer(frame(2, 5))
        stream.offer(frame(1, 2))
        stream.offer_first(frame(1, 1))
        assert await stream.take(NEVER) == b"1.2 2.5 "


@pytest.mark.django_db(transaction=True)
class TestHub:
    @pytest.fixture
    def grant(self, project):
        return Grant(project.pk, WORKFLOW, "", "comment")

    @pytest.fixture
    def push_now(self, project):
        def push(session_id="run-1", *, publish=True, **changes):
            serializer = WizardSessionSerializer(data=a_push(session_id, **changes))
            serializer.is_valid(raise_exception=True)
            session = serializer.save(project=project)
            if publish:
                broadcast.publish(session)
            return f"id: {session.pk}.{session.revision}\n".encode()

        return push

    @pytest.fixture
    def push(self, push_now):
        return sync_to_async(push_now)

    async def test_the_latest_session_comes_first(self, grant, push):
        first = await push()
        async with get_hub().subscribe(grant) as stream:
            assert (await stream.take(1)).startswith(first)

    async def test_every_push_reaches_every_stream_of_the_topic(self, grant, push):
        async with get_hub().subscribe(grant) as one, get_hub().subscribe(grant) as other:
            pushed = await push()
            assert (await one.take(1)).startswith(pushed)
            assert (await other.take(1)).startswith(pushed)

    async def test_a_frame_is_made_once_for_all_streams(self, grant, push, monkeypatch):
        made = []
        encode = Frame.encode
        monkeypatch.setattr(Frame, "encode", lambda *args: made.append(args) or encode(*args))
        async with get_hub().subscribe(grant) as one, get_hub().subscribe(grant) as other:
            await push()
            await one.take(1)
            await other.take(1)
        assert len(made) == 1

    async def test_a_skill_is_told_from_another(self, project, push):
        grant = Grant(project.pk, WORKFLOW, "flask", "comment")
        async with get_hub().subscribe(grant) as stream:
            await push("run-1", skill_id="django")
            wanted = await push("run-2", skill_id="flask")
            assert (await stream.take(1)).startswith(wanted)

    async def test_a_push_between_joining_and_reading_comes_once(
        self, grant, push_now, monkeypatch
    ):
        read = hub_module._latest
        monkeypatch.setattr(hub_module, "_latest", lambda grant: push_now() and read(grant))
        async with get_hub().subscribe(grant) as stream:
            assert (await stream.take(1)).count(b"id: ") == 1
            assert await stream.take(NEVER) == b""

    @pytest.mark.parametrize("known", [True, False])
    async def test_a_push_right_after_reading_comes_last(self, grant, push_now, monkeypatch, known):
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

    async def test_the_last_stream_of_a_topic_leaves_its_group(self, grant):
        hub, layer = get_hub(), get_channel_layer()
        async with hub.subscribe(grant):
            async with hub.subscribe(grant):
                pass
            assert list(layer.groups) == [group_name(grant.project_id, WORKFLOW)]
        await asyncio.gather(*hub._departures)
        assert (layer.groups, layer.channels, hub._receiving) == ({}, {}, None)

    async def test_a_stream_that_comes_while_the_last_one_goes_is_not_left_outside(
        self, grant, push
    ):
        hub = get_hub()
        for _ in range(20):
            async with hub.subscribe(grant):
                pass
            async with hub.subscribe(grant) as stream:
                await stream.take(0)
                pushed = await push()
                assert (await stream.take(1)).startswith(pushed)

    async def test_a_topic_that_is_never_left_outlives_the_layers_memory_of_its_members(
        self, grant, push
    ):
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
    async def test_a_layer_that_fails_leaves_nothing_behind(self, grant, monkeypatch, call):
        async def fail(group, channel):
            raise ConnectionError

        monkeypatch.setattr(get_channel_layer(), call, fail)
        hub = get_hub()
        with suppress(ConnectionError):
            async with hub.subscribe(grant):
                pass
        await asyncio.wait(hub._departures)
        assert (hub._streams, hub._joined, hub._receiving) == ({}, set(), None)

    async def test_one_that_is_cancelled_while_it_joins_leaves_nothing_behind(
        self, grant, monkeypatch
    ):
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
    async def test_one_that_is_cancelled_while_it_opens_leaves_nothing_behind(self, grant, turns):
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

    async def test_a_broken_hint_does_not_stop_the_hub(self, grant, push, monkeypatch, caplog):
        monkeypatch.setattr(hub_module, "RECEIVE_RETRY_DELAY", 0)
        async with get_hub().subscribe(grant) as stream:
            group = group_name(grant.project_id, WORKFLOW)
            await get_channel_layer().group_send(group, {"type": "nonsense"})
            pushed = await push()
            assert (await stream.take(1)).startswith(pushed)
        assert "Could not receive" in caplog.text


async def test_there_is_one_hub_per_event_loop():
    assert get_hub() is get_hub()
    assert get_hub() is not await asyncio.to_thread(asyncio.run, _hub_of_another_loop())


async def _hub_of_another_loop():
    return get_hub()
