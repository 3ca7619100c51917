import asyncio
import itertools
import threading
import time
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.db import DatabaseError
from django.utils import timezone

from django_wizard_sessions import beginnings, broadcast, feeds, queries, receiver, sse
from django_wizard_sessions.cursors import Cursor
from django_wizard_sessions.grants import Grant
from django_wizard_sessions.hub import get_hub
from django_wizard_sessions.models import WizardSession
from django_wizard_sessions.signals import CloseReason, push_delivered, pushes_healed
from django_wizard_sessions.topics import group_name
from tests.factories import WORKFLOW, a_stored_session
from tests.hubs import assert_nothing_is_left, reconcile, subscribed
from tests.signals import heard

NEVER = 0.05  # seconds: nothing is under way that could still come


pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def grant(project):
    return Grant(project.pk, WORKFLOW, "", "comment")


@pytest.fixture
def push_now(project):
    def push(session_id="run-1", *, publish=True, **changes):
        session = a_stored_session(project, session_id, **changes)
        if publish:
            broadcast.publish(session)
        return f"id: {Cursor.of(session)}\n".encode()

    return push


@pytest.fixture
def push(push_now):
    return sync_to_async(push_now)


async def test_the_latest_session_comes_first(grant, push):
    first = await push()
    async with subscribed(grant) as stream:
        assert (await stream.take(1)).startswith(first)


async def test_every_push_reaches_every_stream_of_the_topic(grant, push):
    async with subscribed(grant) as one, subscribed(grant) as other:
        pushed = await push()
        assert (await one.take(1)).startswith(pushed)
        assert (await other.take(1)).startswith(pushed)


async def test_a_frame_is_made_once_for_all_streams(grant, push, monkeypatch):
    made = []
    encode = sse.encode

    def make(*args, **id_):
        made.append(args)
        return encode(*args, **id_)

    monkeypatch.setattr(sse, "encode", make)
    async with subscribed(grant) as one, subscribed(grant) as other:
        await push()
        await one.take(1)
        await other.take(1)
    assert len(made) == 1


async def test_a_stream_of_one_session_shows_no_other(grant, push):
    shown, _later = await push("shown"), await push("later", started_at="2026-11-25T00:00:00Z")
    session = await WizardSession.objects.aget(session_id="shown")
    of_one = replace(grant, session=session.pk)
    async with subscribed(of_one) as one, subscribed(grant) as all_of_them:
        assert (await one.take(1)).startswith(shown)
        await all_of_them.take(1)
        await push("later")
        await push("another", publish=False)
        await reconcile()
        assert await one.take(NEVER) == b""
        assert (await all_of_them.take(1)).count(b"id:") == 2
        shown = await push("shown")
        assert (await one.take(1)).startswith(shown)
        missed = await push("shown", publish=False)
        await reconcile()
        assert (await one.take(1)).startswith(missed)
    await assert_nothing_is_left()


async def test_a_stream_of_one_session_follows_it_to_another_workflow(grant, push):
    await push("shown")
    session = await WizardSession.objects.aget(session_id="shown")
    async with subscribed(replace(grant, session=session.pk)) as stream:
        await stream.take(1)
        moved = await push("shown", workflow_id="another")
        with heard(pushes_healed) as healed:
            await reconcile()
        assert (await stream.take(1)).startswith(moved)
        assert healed == []  # no message of it was lost


async def test_what_is_delivered_is_counted_with_its_delay(grant, push):
    with heard(push_delivered) as sent:
        async with subscribed(grant) as one, subscribed(grant):
            await push()
            await one.take(1)
    [about] = sent
    assert 0 < about["seconds"] < 1
    assert about["streams"] == 2


async def test_a_skill_is_told_from_another(project, push):
    grant = Grant(project.pk, WORKFLOW, "flask", "comment")
    async with subscribed(grant) as stream:
        await push("run-1", skill_id="django")
        wanted = await push("run-2", skill_id="flask")
        assert (await stream.take(1)).startswith(wanted)


async def test_a_push_between_joining_and_reading_comes_once(grant, push_now, monkeypatch):
    read = queries.latest
    monkeypatch.setattr(queries, "latest", lambda feed: push_now() and read(feed))
    async with subscribed(grant) as stream:
        assert (await stream.take(1)).count(b"id: ") == 1
        assert await stream.take(NEVER) == b""


@pytest.mark.parametrize("known", [True, False])
async def test_a_push_right_after_reading_comes_last(grant, push_now, monkeypatch, known):
    if known:
        await sync_to_async(push_now)()
    read, pushed = queries.latest, []

    def read_before_a_push(feed):
        snapshot = read(feed)
        pushed.append(push_now())
        return snapshot

    monkeypatch.setattr(queries, "latest", read_before_a_push)
    async with subscribed(grant) as stream:
        frames = await stream.take(1) + await stream.take(NEVER)
    assert frames.split(b"\n\n")[-2].startswith(pushed[0].rstrip())


async def test_the_last_stream_of_a_topic_leaves_its_group(grant):
    layer = get_channel_layer()
    async with subscribed(grant):
        async with subscribed(grant):
            pass
        assert list(layer.groups) == [group_name(grant.project_id, WORKFLOW)]
    await assert_nothing_is_left()
    assert (layer.groups, layer.channels) == ({}, {})


async def test_a_stream_that_comes_while_the_last_one_goes_is_not_left_outside(grant, push):
    for _ in range(20):
        async with subscribed(grant):
            pass
        async with subscribed(grant) as stream:
            await stream.take(0)
            pushed = await push()
            assert (await stream.take(1)).startswith(pushed)


async def test_a_topic_that_is_never_left_outlives_the_layers_memory_of_its_members(grant, push):
    layer = get_channel_layer()
    async with subscribed(grant) as old:
        members = layer.groups[group_name(grant.project_id, WORKFLOW)]
        for channel in members:
            members[channel] -= layer.group_expiry + 1
        async with subscribed(grant) as new:
            pushed = await push()
            assert (await old.take(1)).startswith(pushed)
            assert (await new.take(1)).startswith(pushed)


@pytest.mark.parametrize("call", ["group_add", "group_discard"])
async def test_a_layer_that_fails_leaves_nothing_behind(grant, monkeypatch, call):
    layer, faults = get_channel_layer(), [ConnectionError]
    work = getattr(layer, call)

    async def fail_once(group, channel):
        if faults:
            raise faults.pop()
        await work(group, channel)

    monkeypatch.setattr(receiver, "RETRY_DELAY", 0)
    monkeypatch.setattr(layer, call, fail_once)
    with suppress(ConnectionError):
        async with subscribed(grant):
            pass
    await assert_nothing_is_left()


async def test_one_that_is_cancelled_while_it_joins_leaves_nothing_behind(grant, monkeypatch):
    joining = asyncio.Event()

    async def join(group, channel):
        joining.set()
        await asyncio.Future()

    monkeypatch.setattr(get_channel_layer(), "group_add", join)
    opening = asyncio.create_task(subscribed(grant).__aenter__())
    await joining.wait()
    opening.cancel()
    await asyncio.wait({opening})
    await assert_nothing_is_left()


@pytest.mark.parametrize("turns", range(12))
async def test_one_that_is_cancelled_while_it_opens_leaves_nothing_behind(grant, turns):

    async def follow():
        async with subscribed(grant) as stream:
            await stream.take(60)

    following = asyncio.create_task(follow())
    for _ in range(turns):
        await asyncio.sleep(0)
    following.cancel()
    await asyncio.wait({following})
    await assert_nothing_is_left()


async def test_a_broken_hint_does_not_stop_the_hub(grant, push, monkeypatch, caplog):
    async with subscribed(grant) as stream:
        group = group_name(grant.project_id, WORKFLOW)
        await get_channel_layer().group_send(group, {"type": "nonsense"})
        pushed = await push()
        assert (await stream.take(NEVER)).startswith(pushed)  # at once
    assert "could not be read" in caplog.text


async def test_a_layer_that_fails_once_is_asked_again(grant, push, monkeypatch, caplog):
    monkeypatch.setattr(receiver, "RETRY_DELAY", 0)
    layer = get_channel_layer()
    receive, faults = layer.receive, [ConnectionError]

    async def fail_once(channel):
        if faults:
            raise faults.pop()
        return await receive(channel)

    monkeypatch.setattr(layer, "receive", fail_once)
    async with subscribed(grant) as stream:
        pushed = await push()
        assert (await stream.take(1)).startswith(pushed)
    assert "The channel layer fails: ConnectionError" in caplog.text
    assert "The channel layer works again." in caplog.text


async def test_a_topic_that_cannot_be_joined_holds_up_no_other(grant, monkeypatch):
    layer = get_channel_layer()
    stuck = Grant(grant.project_id, "stuck", "", "comment")
    join = layer.group_add

    async def join_or_hang(group, channel):
        if group == group_name(stuck.project_id, stuck.workflow_id):
            await asyncio.Future()
        await join(group, channel)

    monkeypatch.setattr(layer, "group_add", join_or_hang)
    opening = asyncio.create_task(subscribed(stuck).__aenter__())
    await asyncio.sleep(0)
    async with asyncio.timeout(1), subscribed(grant):
        pass
    opening.cancel()
    await asyncio.wait({opening})
    await assert_nothing_is_left()


async def test_the_layer_is_the_one_that_is_configured_now(grant, push, settings):
    hub = get_hub()
    async with subscribed(grant):
        before = hub._receiver._layer
    await assert_nothing_is_left()
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    async with subscribed(grant) as stream:
        assert hub._receiver._layer is not before
        pushed = await push()
        assert (await stream.take(1)).startswith(pushed)


class TestResumption:
    """Of a client that was there before, and says with its last frame's id what it saw."""

    @pytest.fixture
    def resume(self, grant):
        async def resume(last_event_id):
            again = replace(grant, last_event_id=last_event_id)
            async with subscribed(again) as stream:
                frames = await stream.take(NEVER)
            return [line + b"\n" for line in frames.split(b"\n") if line.startswith(b"id: ")]

        return resume

    @pytest.fixture
    async def seen(self, push):
        """Three sessions, the third of them the latest. The client saw them all, long ago."""
        for number in (1, 2, 3):
            await push(f"run-{number}", started_at=f"2026-11-24T0{number}:00:00Z")
            ago = timezone.now() - timedelta(minutes=9 - number)
            session = WizardSession.objects.filter(session_id=f"run-{number}")
            await session.aupdate(updated_at=ago)
        return str(Cursor.of(await WizardSession.objects.aget(session_id="run-3")))

    async def test_the_latest_comes_alone_if_nothing_changed(self, seen, resume):
        assert len(await resume(seen)) == 1

    async def test_the_first_frame_leaves_the_client_where_it_was(self, seen, resume, push):
        """For the connection may be cut before the others are through."""
        before = seen.replace(seen.split(".")[1], str(int(seen.split(".")[1]) - 1))
        await push("run-1", started_at="2026-11-24T01:00:00Z")
        first, *_, again = await resume(before)
        assert first == f"id: {before}\n".encode()
        assert again == f"id: {seen}\n".encode()

    async def test_what_was_seen_before_is_not_followed_by_an_older_state(self, grant, push):
        await push("run-1")
        await push("run-1")
        session = await WizardSession.objects.aget()
        delayed = broadcast.Hint(
            type="wizard_session.pushed",
            group=group_name(grant.project_id, WORKFLOW),
            skill_id="",
            session=session.pk,
            revision=1,
            id="x",
            data="delayed",
            sent_at=0,
        )
        await push("run-2", started_at="2026-11-25T00:00:00Z")
        async with subscribed(grant) as new:
            again = replace(grant, last_event_id=str(Cursor.of(session)))
            async with subscribed(again) as resumed:
                get_hub()._deliver(delayed)
                for stream in (new, resumed):
                    assert b"delayed" not in await stream.take(NEVER)

    async def test_what_changed_comes_between_the_latest_and_the_latest_again(
        self, seen, resume, push
    ):
        two = await push("run-2", started_at="2026-11-24T02:00:00Z")
        one = await push("run-1", started_at="2026-11-24T01:00:00Z")
        latest, *changed, again = await resume(seen)
        assert latest == again == f"id: {seen}\n".encode()
        assert changed == [two, one]

    async def test_what_is_pushed_between_the_two_reads_comes_behind_all_of_it(
        self, seen, grant, project, monkeypatch
    ):
        """Even if its message arrives when all of it was read."""
        pushed = []

        def push_after_the_first(read):
            def read_and_push(*args):
                found = read(*args)
                if not pushed:
                    again = {"started_at": "2026-11-24T02:00:00Z", "run_phase": "completed"}
                    pushed.append(a_stored_session(project, "run-2", **again))
                return found

            return read_and_push

        for name in ("changed_since", "latest"):
            monkeypatch.setattr(queries, name, push_after_the_first(getattr(queries, name)))
        async with subscribed(replace(grant, last_event_id=seen)) as stream:
            await sync_to_async(broadcast.publish)(pushed[0])
            await asyncio.sleep(NEVER)
            frames = await stream.take(NEVER)
        assert frames.split(b"id: ")[-1].startswith(str(Cursor.of(pushed[0])).encode())

    async def test_a_session_that_went_stale_meanwhile_changed_too(self, seen, resume):
        gone_stale = timezone.now() - timedelta(minutes=11)
        await WizardSession.objects.filter(session_id="run-1").aupdate(updated_at=gone_stale)
        assert len(await resume(seen)) == 3

    @pytest.mark.parametrize("cursor", ["", "nonsense", "1.2"])
    async def test_what_is_no_cursor_gets_the_latest_alone(self, seen, resume, push, cursor):
        await push("run-1", started_at="2026-11-24T01:00:00Z")
        assert len(await resume(cursor)) == 1


async def test_tabs_that_open_while_the_layer_hangs_do_not_wait_for_each_other(grant, monkeypatch):
    async def hang(group, channel):
        await asyncio.Future()

    monkeypatch.setattr(receiver, "LAYER_TIMEOUT", 0.2)
    monkeypatch.setattr(get_channel_layer(), "group_add", hang)

    async def open_and_close():
        async with subscribed(grant):
            pass

    async with asyncio.timeout(1):
        await asyncio.gather(*(open_and_close() for _ in range(20)))
    await assert_nothing_is_left()


async def test_a_stream_that_opens_in_a_known_outage_has_the_database_asked_at_once(
    grant, push, monkeypatch, configure_wizard_sessions
):
    """It may be over: nobody asked when nobody was there."""

    def fail(feed):
        raise DatabaseError("gone")

    configure_wizard_sessions(STREAM_RECONCILE_INTERVAL=60)
    works, pushed = get_hub()._reconciler.database_works, await push()
    with monkeypatch.context() as patch:
        patch.setattr(queries, "latest", fail)
        async with subscribed(grant), asyncio.timeout(10):
            while works.is_set():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    async with subscribed(grant) as stream:
        assert (await stream.take(10)).startswith(pushed)


async def test_where_tasks_are_eager_a_stream_begins_and_is_brought_what_is_pushed(
    grant, push, eager_tasks
):
    first = await push()
    async with subscribed(grant) as stream:
        assert (await stream.take(1)).startswith(first)
        pushed = await push()
        assert (await stream.take(1)).startswith(pushed)
    await assert_nothing_is_left()


async def test_a_stream_that_opens_beside_another_hides_no_lost_push_from_it(
    grant, push, push_now, monkeypatch
):
    """Both read what is stored, since neither finds that it was read; the later one reads more."""
    await push()
    read, reads, late = queries.versions, itertools.count(1), threading.Event()
    one_reads, both_read = threading.Event(), threading.Event()

    def read_the_second_time_late(of_feeds):
        if next(reads) == 1:
            found = read(of_feeds)
            one_reads.set()
            both_read.wait(5)
            return found
        both_read.set()
        late.wait(5)
        return read(of_feeds)

    monkeypatch.setattr(beginnings, "PACE", 0)
    monkeypatch.setattr(queries, "versions", read_the_second_time_late)
    async with AsyncExitStack() as stack:
        first = asyncio.ensure_future(stack.enter_async_context(subscribed(grant)))
        await asyncio.to_thread(one_reads.wait, 5)
        other = asyncio.ensure_future(stack.enter_async_context(subscribed(grant)))
        stream = await first
        await stream.take(NEVER)
        pushed = await sync_to_async(push_now)(publish=False)
        late.set()
        await other
        await reconcile()
        assert (await stream.take(NEVER)).startswith(pushed)


class TestReconciliation:
    """Of pushes whose messages were lost: none is published here."""

    @pytest.fixture
    def lost(self, push_now):
        return sync_to_async(lambda *args, **changes: push_now(*args, publish=False, **changes))

    async def test_a_lost_push_is_found_in_the_database_once(self, grant, lost):
        async with subscribed(grant) as stream:
            pushed = await lost()
            await reconcile()
            assert (await stream.take(NEVER)).startswith(pushed)
            await reconcile()
            assert await stream.take(NEVER) == b""

    async def test_it_is_found_by_the_clock(self, grant, lost, configure_wizard_sessions):
        configure_wizard_sessions(STREAM_RECONCILE_INTERVAL=0.2)
        async with subscribed(grant) as stream:
            pushed = await lost()
            assert (await stream.take(0.5)).startswith(pushed)

    async def test_it_is_found_at_once_when_the_layer_is_in_trouble(self, grant, lost, monkeypatch):
        async def fail(channel):
            await trouble.wait()
            raise ConnectionError

        trouble = asyncio.Event()
        monkeypatch.setattr(get_channel_layer(), "receive", fail)
        async with subscribed(grant) as stream:
            pushed = await lost()
            trouble.set()
            assert (await stream.take(0.5)).startswith(pushed)

    async def test_what_was_seen_is_not_sent_again(self, grant, push):
        await push("run-1")
        async with subscribed(grant) as stream:
            await push("run-2")
            await stream.take(1)
            await reconcile()
            assert await stream.take(NEVER) == b""

    async def test_several_come_in_the_order_in_which_they_were_pushed(self, grant, lost):
        await lost("run-1")
        await lost("run-2")
        async with subscribed(grant) as stream:
            await stream.take(NEVER)
            pushed = [await lost("run-2"), await lost("run-1")]
            await reconcile()
            frames = (await stream.take(NEVER)).split(b"\n\n")[:-1]
            assert [frame.partition(b"\n")[0] + b"\n" for frame in frames] == pushed

    async def test_a_session_that_goes_stale_is_sent_again_once(self, grant, lost, project):
        await lost()
        async with subscribed(grant) as stream:
            assert b'"is_stale":false' in await stream.take(NEVER)
            await WizardSession.objects.aupdate(updated_at=timezone.now() - timedelta(hours=1))
            await reconcile()
            assert b'"is_stale":true' in await stream.take(NEVER)
            await reconcile()
            assert await stream.take(NEVER) == b""

    async def test_a_push_shows_a_stale_session_fresh_again(self, grant, lost, push):
        await lost()
        await WizardSession.objects.aupdate(updated_at=timezone.now() - timedelta(hours=1))
        async with subscribed(grant) as stream:
            assert b'"is_stale":true' in await stream.take(NEVER)
            await push()
            assert b'"is_stale":false' in await stream.take(1)

    async def test_a_deletion_brings_no_older_session_up(self, grant, lost, monkeypatch):
        monkeypatch.setattr(feeds, "NEWEST", 1)
        await lost("run-1", started_at="2026-01-01T00:00:00Z")
        await lost("run-2")
        hour_ago = timezone.now() - timedelta(hours=1)
        await WizardSession.objects.aupdate(updated_at=hour_ago, run_phase="completed")
        async with subscribed(grant) as stream:
            await stream.take(NEVER)
            await WizardSession.objects.filter(session_id="run-2").adelete()
            await reconcile()
            assert await stream.take(NEVER) == b""

    async def test_another_skill_is_not_sent(self, project, lost):
        async with subscribed(Grant(project.pk, WORKFLOW, "flask", "comment")) as stream:
            await lost(skill_id="django")
            await reconcile()
            assert await stream.take(NEVER) == b""

    async def test_a_row_that_cannot_be_shown_keeps_no_other_from_being_found(
        self, grant, lost, caplog
    ):
        async with subscribed(grant) as stream:
            await lost("broken")
            await WizardSession.objects.aupdate(run_phase="of a newer version")
            pushed = await lost("run-2")
            await reconcile()
            await reconcile()
            assert (await stream.take(NEVER)).startswith(pushed)
        assert caplog.text.count("is broken") == 1

    async def test_a_stream_that_cannot_begin_keeps_no_other_from_being_right(
        self, grant, lost, monkeypatch
    ):
        def fail(feed):
            raise DatabaseError("this one only")

        hub = get_hub()
        async with subscribed(grant) as healthy:
            monkeypatch.setattr(queries, "latest", fail)
            async with subscribed(grant):
                pushed = await lost()
                await reconcile()
                assert (await healthy.take(NEVER)).startswith(pushed)
                async with asyncio.timeout(1):
                    await hub.database_works()

    @pytest.fixture
    async def subscribe_in_an_outage(self, monkeypatch):
        """A stream that waits for what it begins with, until the test is over."""

        def fail(feed):
            raise DatabaseError("gone")

        async def subscribe(grant):
            with monkeypatch.context() as patch:
                patch.setattr(queries, "latest", fail)
                return await stack.enter_async_context(subscribed(grant))

        async with AsyncExitStack() as stack:
            yield subscribe

    @pytest.fixture
    def break_session(self, lost):
        async def break_session(**changes):
            await lost("broken", **changes)
            session = WizardSession.objects.filter(session_id="broken")
            await session.aupdate(run_phase="of a newer version")

        return break_session

    async def test_a_feed_whose_beginning_cannot_be_shown_keeps_no_other_from_beginning(
        self, grant, break_session, subscribe_in_an_outage, caplog
    ):
        await break_session(workflow_id="broken")
        broken = await subscribe_in_an_outage(replace(grant, workflow_id="broken"))
        other = await subscribe_in_an_outage(grant)
        await reconcile()
        assert broken.close_reason is CloseReason.FAULT
        assert (other.has_begun, other.close_reason) == (True, None)
        assert "could not be read" in caplog.text

    async def test_of_such_a_feed_only_streams_that_wait_for_their_beginning_are_ended(
        self, grant, break_session, subscribe_in_an_outage
    ):
        async with subscribed(grant) as has_begun:
            await break_session()
            waits = await subscribe_in_an_outage(grant)
            await reconcile()
            assert waits.close_reason is CloseReason.FAULT
            assert has_begun.close_reason is None

    async def test_one_that_comes_while_others_that_waited_are_read_begins_with_its_feed(
        self, grant, subscribe_in_an_outage, monkeypatch
    ):
        async def read_while_one_comes(self, feed, streams):
            if not came:
                came.append(await subscribe_in_an_outage(others))
            await read(self, feed, streams)

        others, came = replace(grant, workflow_id="other"), []
        waiting = [await subscribe_in_an_outage(grant), await subscribe_in_an_outage(others)]
        read = beginnings.Beginnings.read
        monkeypatch.setattr(beginnings.Beginnings, "read", read_while_one_comes)
        get_hub()._reconciler.database_works.clear()
        await reconcile()
        assert [stream.has_begun for stream in [*waiting, *came]] == [True] * 3

    async def test_one_that_goes_during_an_outage_is_kept_no_longer(self, grant, monkeypatch):
        def fail(feed):
            raise DatabaseError("gone")

        async with subscribed(grant):
            monkeypatch.setattr(queries, "latest", fail)
            async with subscribed(grant), subscribed(replace(grant, workflow_id="other")):
                assert len(get_hub()._reconciler._waiting) == 2
            assert get_hub()._reconciler._waiting == {}

    async def test_a_message_that_comes_during_the_reading_is_not_found_again(
        self, grant, lost, push_now, monkeypatch
    ):
        def read_before_a_push(pks):
            found = read(pks)
            push_now("run-1")
            return found

        read = queries.frames
        async with subscribed(grant) as stream:
            await lost("run-1")
            with heard(pushes_healed) as sent:
                with monkeypatch.context() as patch:
                    patch.setattr(queries, "frames", read_before_a_push)
                    await reconcile()
                await reconcile()
            assert (await stream.take(1)).count(b"id: ") == 1
            assert sent == []

    async def test_a_deletion_is_no_lost_message(self, grant, lost, monkeypatch):
        monkeypatch.setattr(feeds, "NEWEST", 1)
        await lost("old", started_at="2026-11-24T01:00:00Z")
        long_ago = timezone.now() - timedelta(minutes=5)
        await WizardSession.objects.aupdate(updated_at=long_ago)
        await lost("new", started_at="2026-11-24T02:00:00Z")
        async with subscribed(grant):
            with heard(pushes_healed) as sent:
                await WizardSession.objects.filter(session_id="new").adelete()
                await reconcile()
        assert sent == []

    async def test_a_group_that_could_not_be_joined_is_joined_soon(self, grant, push, monkeypatch):
        layer, faults = get_channel_layer(), [ConnectionError]
        join, joined = layer.group_add, asyncio.Event()

        async def fail_once(group, channel):
            if faults:
                raise faults.pop()
            await join(group, channel)
            joined.set()

        monkeypatch.setattr(receiver, "RETRY_DELAY", 0.01)
        monkeypatch.setattr(layer, "group_add", fail_once)
        async with subscribed(grant) as stream:
            await asyncio.wait_for(joined.wait(), timeout=1)
            pushed = await push()
            assert (await stream.take(1)).startswith(pushed)

    async def test_a_session_that_moves_between_two_reads_is_not_shown_where_it_was(
        self, grant, lost, push_now, monkeypatch
    ):
        def move_and_read(pks):
            push_now("run-1", publish=False, workflow_id="another")
            return read(pks)

        read = queries.frames
        monkeypatch.setattr(queries, "frames", move_and_read)
        async with subscribed(grant) as stream:
            await lost("run-1")
            await reconcile()
            assert await stream.take(NEVER) == b""

    async def test_what_was_found_is_counted_and_what_only_went_stale_is_not(self, grant, lost):
        with heard(pushes_healed) as sent:
            async with subscribed(grant):
                await lost("run-1")
                await lost("run-2")
                await reconcile()
                long_ago = timezone.now() - timedelta(minutes=11)
                await WizardSession.objects.filter(session_id="run-1").aupdate(updated_at=long_ago)
                await reconcile()
        assert [about["count"] for about in sent] == [2]

    async def test_a_database_that_goes_on_failing_is_asked_less_and_less_often(
        self, grant, configure_wizard_sessions, monkeypatch
    ):
        def fail(feeds):
            asked_at.append(time.monotonic())
            if len(asked_at) == 7:
                enough.set()
            raise DatabaseError("gone")

        asked_at, enough = [], threading.Event()
        configure_wizard_sessions(STREAM_RECONCILE_INTERVAL=0.6)
        monkeypatch.setattr(queries, "fingerprints", fail)
        monkeypatch.setattr("django_wizard_sessions.reconcile.FIRST_RETRY", 0.05)
        async with subscribed(grant):
            await asyncio.to_thread(enough.wait, 5)
        pauses = [later - at for at, later in itertools.pairwise(asked_at)]
        assert pauses[0] < 0.1
        assert 0.3 < pauses[-1] < 0.7

    async def test_thousands_of_groups_are_joined_again_but_not_all_at_once(
        self, grant, monkeypatch
    ):
        async def join(group, channel):
            joining.add(group)
            most.append(len(joining))
            await asyncio.sleep(0)
            joining.discard(group)

        joining, most, hub = set(), [], get_hub()
        async with subscribed(grant):
            hub._receiver._wanted |= {f"group-{number}" for number in range(1000)}
            monkeypatch.setattr(get_channel_layer(), "group_add", join)
            for _ in range(3):
                hub._receiver.rejoin()
            assert hub._receiver._settling_later
            await hub._receiver._settling_later
            for number in range(1000):
                hub._receiver.leave(f"group-{number}")
        assert max(most) == receiver.SETTLED_AT_ONCE
        assert len(most) == 1001

    async def test_groups_that_the_layer_forgot_are_joined_again(self, grant, lost, push):
        layer = get_channel_layer()
        async with subscribed(grant) as stream:
            layer.groups.clear()
            await lost()
            await reconcile()
            await stream.take(NEVER)
            later = get_hub()._receiver._settling_later
            assert later
            await later
            pushed = await push()
            assert (await stream.take(1)).startswith(pushed)

    async def test_a_database_that_fails_ends_no_stream_and_is_told_once(
        self, grant, lost, configure_wizard_sessions, monkeypatch, caplog
    ):
        def fail(feeds):
            raise DatabaseError("gone")

        configure_wizard_sessions(STREAM_RECONCILE_INTERVAL=0.05)
        async with subscribed(grant) as stream:
            with monkeypatch.context() as patch:
                patch.setattr(queries, "fingerprints", fail)
                pushed = await lost()
                assert await stream.take(0.3) == b""
            assert (await stream.take(0.5)).startswith(pushed)
            await asyncio.sleep(NEVER)
        assert caplog.text.count("gone") == 1
        assert caplog.text.count("works again") == 1

    async def test_a_host_without_a_layer_is_served_too(self, grant, lost, settings):
        settings.CHANNEL_LAYERS = {}
        async with subscribed(grant) as stream:
            pushed = await lost()
            await reconcile()
            assert (await stream.take(NEVER)).startswith(pushed)
        await assert_nothing_is_left()


async def test_there_is_one_hub_per_event_loop():
    assert get_hub() is get_hub()
    assert get_hub() is not await asyncio.to_thread(asyncio.run, _hub_of_another_loop())


async def _hub_of_another_loop():
    return get_hub()
