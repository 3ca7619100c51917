"""What a push and an open stream cost, counted: no number here depends on the machine.

What they ask of the database is in ``test_query_counts``.
"""

import asyncio
import gc
from collections import Counter
from contextlib import AsyncExitStack, asynccontextmanager
from functools import wraps
from typing import Any

import pytest
import uvicorn
from asgiref.sync import sync_to_async
from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.test import Client
from rest_framework.renderers import JSONRenderer
from uvicorn.protocols.http.h11_impl import RequestResponseCycle as H11Cycle
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle as HttptoolsCycle
from uvicorn.server import ServerState

from django_wizard_sessions import broadcast, queries, sse
from django_wizard_sessions.grants import Grant
from django_wizard_sessions.hub import get_hub
from django_wizard_sessions.ticks import get_ticks
from tests.factories import SKILL, WORKFLOW, a_push, a_stored_session
from tests.host.asgi import application
from tests.hubs import assert_nothing_is_left, subscribed
from tests.loops import running_tasks, settled, tasks_created, timers

TABS = 10
CYCLES: dict[str, Any] = {"h11": H11Cycle, "httptools": HttptoolsCycle}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_by_the_clock(configure_wizard_sessions):
    """However slow the machine is."""
    configure_wizard_sessions(STREAM_RECONCILE_INTERVAL=600, STREAM_HEARTBEAT_INTERVAL=600)


def counting(function, counted):
    @wraps(function)
    def count(*args, **options):
        counted[function.__name__] += 1
        return function(*args, **options)

    return count


@pytest.fixture
def encoded(monkeypatch):
    """How often a state was made into JSON (``render``), and into a frame (``encode``)."""
    counted = Counter()
    monkeypatch.setattr(JSONRenderer, "render", counting(JSONRenderer.render, counted))
    monkeypatch.setattr(sse, "encode", counting(sse.encode, counted))
    return counted


@pytest.fixture
def told(monkeypatch):
    """How often the channel layer was told what."""
    counted = Counter()
    for name in ("send", "group_send", "group_add", "group_discard"):
        call = counting(getattr(InMemoryChannelLayer, name), counted)
        monkeypatch.setattr(InMemoryChannelLayer, name, call)
    return counted


@pytest.fixture
def grant(project):
    return Grant(project.pk, WORKFLOW, "", "comment")


@pytest.fixture
def push_unheard(project, monkeypatch):
    """Stores a push. Gives its frame, and the channel layer's message, which is yet to come."""

    def push():
        messages = []

        async def keep(layer, group, message):
            messages.append(message)

        session = a_stored_session(project)
        with monkeypatch.context() as patch:
            patch.setattr(InMemoryChannelLayer, "group_send", keep)
            broadcast.publish(session)
        [message] = messages
        return sse.encode(message["data"], id=message["id"]), message

    return sync_to_async(push)


class TestPushes:
    def test_one_tells_the_channel_layer_one_thing(self, client, user, project, told):
        client.force_login(user)
        url = f"/projects/{project.pk}/sessions/"
        for _ in range(2):
            client.post(url, a_push(), content_type="application/json")
            assert told == {"group_send": 1}
            told.clear()

    def test_one_is_rendered_once_for_its_answer_and_all_streams(
        self, client, user, project, encoded
    ):
        client.force_login(user)
        url = f"/projects/{project.pk}/sessions/"
        client.post(url, a_push(), content_type="application/json")
        assert encoded == {"render": 1}

    async def test_a_process_that_hears_of_one_encodes_it_once_whatever_follows_it(
        self, project, grant, push_unheard, encoded
    ):
        session = await sync_to_async(a_stored_session)(project)
        of_skill = Grant(project.pk, WORKFLOW, SKILL, "comment")
        of_one = Grant(project.pk, WORKFLOW, "", "comment", session=session.pk)
        async with AsyncExitStack() as stack:
            streams = [
                await stack.enter_async_context(subscribed(of))
                for of in (grant, of_skill, of_one)
                for _ in range(TABS)
            ]
            for stream in streams:
                await stream.take(1)
            frame, message = await push_unheard()
            encoded.clear()
            await get_channel_layer().group_send(message["group"], message)
            await settled()
            assert [await stream.take(0) for stream in streams] == [frame] * len(streams)
            assert encoded == {"encode": 1}


class TestStreamsThatOpen:
    async def test_each_tells_the_channel_layer_one_thing_and_the_last_that_goes(self, grant, told):
        async with subscribed(grant):
            async with AsyncExitStack() as stack:
                for count in range(2, TABS + 1):
                    await stack.enter_async_context(subscribed(grant))
                    assert told == {"group_add": count}
            await settled()
            assert told == {"group_add": TABS}
        await assert_nothing_is_left()
        assert told == {"group_add": TABS, "group_discard": 1}

    @pytest.fixture
    def reads(self, monkeypatch):
        counted = Counter()
        for name in ("beginning", "latest", "versions"):
            monkeypatch.setattr(queries, name, counting(getattr(queries, name), counted))
        return counted

    async def test_100_at_once_are_read_for_once_and_tell_the_layer_one_thing(
        self, project, grant, told, reads, encoded
    ):
        await sync_to_async(a_stored_session)(project)
        encoded.clear()
        async with AsyncExitStack() as stack:
            opening = (stack.enter_async_context(subscribed(grant)) for _ in range(100))
            streams = await asyncio.gather(*opening)
            assert all([await stream.take(1) for stream in streams])
            assert reads == {"beginning": 1, "latest": 1, "versions": 1}
            assert told == {"group_add": 1}
            assert encoded == {"render": 1, "encode": 1}


class Tab:
    """A socket on which a stream comes, in chunks of HTTP/1.1."""

    def __init__(self, reader):
        self._reader = reader

    async def next_block(self):
        async with asyncio.timeout(10):
            return await self._reader.readuntil(b"\n\n")


def calls_of_ticks():
    return sum(len(tick.calls) for tick in get_ticks()._ticks.values())


class TestStreamsOnUvicorn:
    """Really: in the event loop of the test."""

    @pytest.fixture(params=CYCLES)
    def config(self, request):
        config = uvicorn.Config(application, http=request.param, lifespan="off", log_config=None)
        config.load()
        return config

    @pytest.fixture
    async def address(self, config):
        def protocol():
            return config.http_protocol_class(config, state, app_state={})

        state = ServerState()
        server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
        yield server.sockets[0].getsockname()
        server.close()
        if state.tasks:
            await asyncio.wait(state.tasks, timeout=5)
        await assert_nothing_is_left()

    @pytest.fixture
    def request_of_stream(self, user, project):
        browser = Client()
        browser.force_login(user)
        return (
            f"GET /projects/{project.pk}/sessions/stream/?workflow_id={WORKFLOW} HTTP/1.1\r\n"
            f"Host: tests\r\nCookie: sessionid={browser.cookies['sessionid'].value}\r\n\r\n"
        ).encode()

    @pytest.fixture
    async def open_tab(self, address, request_of_stream, project):
        """Which was shown the latest session."""
        await sync_to_async(a_stored_session)(project)

        @asynccontextmanager
        async def open_tab():
            reader, writer = await asyncio.open_connection(*address)
            try:
                writer.write(request_of_stream)
                tab = Tab(reader)
                while b"data: " not in await tab.next_block():
                    pass
                yield tab
            finally:
                writer.close()
                await writer.wait_closed()

        async with AsyncExitStack() as stack:

            async def open_one():
                tab = await stack.enter_async_context(open_tab())
                await settled()
                return tab

            yield open_one

    async def test_an_open_one_keeps_no_task_but_the_servers_and_no_timer_but_ticks(self, open_tab):
        await open_tab()
        tasks, callbacks = Counter(running_tasks()), Counter(timers())
        calls = calls_of_ticks()
        for _ in range(TABS):
            await open_tab()
        more_tasks = Counter(running_tasks()) - tasks
        assert more_tasks == {"RequestResponseCycle.run_asgi": TABS}
        assert set(Counter(timers()) - callbacks) <= {"Ticks._make"}
        assert calls_of_ticks() - calls == TABS

    async def test_what_an_open_one_began_with_is_kept_no_longer(self, open_tab):
        def kept():
            gc.collect()
            return sum(type(it) is asyncio.Task for it in gc.get_objects())

        await open_tab()
        tasks = kept()
        for _ in range(TABS):
            await open_tab()
        assert kept() - tasks == TABS  # the server's

    async def test_a_frame_takes_no_task_and_no_timer(self, open_tab, push_unheard):
        tabs = [await open_tab() for _ in range(TABS)]
        frame, message = await push_unheard()
        before = timers()
        with tasks_created() as created:
            get_hub()._deliver(message)
            for tab in tabs:
                assert frame in await tab.next_block()
        assert (created, timers()) == ([], before)

    async def test_a_frame_is_sent_by_one_call_with_its_very_bytes(
        self, open_tab, push_unheard, config, monkeypatch
    ):
        cycle_class = CYCLES[config.http]
        send, sent = cycle_class.send, []

        @wraps(send)
        async def note(cycle, message):
            sent.append(message)
            await send(cycle, message)

        monkeypatch.setattr(cycle_class, "send", note)
        tabs = [await open_tab() for _ in range(TABS)]
        frame, message = await push_unheard()
        sent.clear()
        get_hub()._deliver(message)
        for tab in tabs:
            await tab.next_block()
        assert sent == [{"type": "http.response.body", "body": frame, "more_body": True}] * TABS

    async def test_streams_of_the_same_request_share_one_question(self, open_tab):
        for _ in range(TABS):
            await open_tab()
        assert Counter(timers())["_Question._ask_now"] == 1
