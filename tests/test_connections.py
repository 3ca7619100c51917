import asyncio
import contextvars
import gc
import warnings

import pytest

from django_wizard_sessions import sse
from django_wizard_sessions.backpressure import Producer
from django_wizard_sessions.connections import Connection
from django_wizard_sessions.models import Version
from django_wizard_sessions.signals import CloseReason, frames_sent
from django_wizard_sessions.streams import Frame, Stream
from tests.loops import running_tasks, settled, tasks_created, timers
from tests.servers import Daphne, OtherServer, Request, Uvicorn
from tests.signals import heard

HEADERS = [(b"Content-Type", b"text/event-stream")]
COMMENT = sse.HEARTBEATS["comment"]
INTERVAL = 15 * 0.95  # seconds: a little sooner than the setting says
WRITE_TIMEOUT = 30


def frame(session, revision):
    return Frame(session, Version(revision, is_stale=False), f"{session}.{revision} ".encode())


class Tab:
    """One client's connection, and the stream that it is shown."""

    def __init__(self, send, heartbeat):
        self.connection = Connection(send, HEADERS, heartbeat)
        self.stream = Stream(self.connection.flush)
        self._heard = asyncio.Queue()
        serving = self.connection.serve(self.stream, self._heard.get)
        self.serving = asyncio.create_task(serving)

    def leave(self):
        self._heard.put_nowait({"type": "http.disconnect"})

    @property
    def close_reason(self):
        return self.connection.close_reason


@pytest.fixture
async def open_tab(clock):
    """To have begun, with nothing to begin with."""

    async def open_tab(server, heartbeat="comment", send=None):
        tab = Tab(send or server.send, heartbeat)
        tabs.append(tab)
        await settled()
        tab.stream.begin(None)
        return tab

    tabs = []
    yield open_tab
    for tab in tabs:
        tab.serving.cancel()
    await settled()
    assert all(tab.serving.cancelled() or tab.serving.exception() is None for tab in tabs)


@pytest.fixture
def server(clock):
    return Uvicorn()


@pytest.fixture
async def tab(open_tab, server):
    return await open_tab(server)


async def test_it_opens_with_djangos_headers_and_a_comment(tab, server):
    start, opening = server.messages
    assert start == {"type": "http.response.start", "status": 200, "headers": HEADERS}
    assert opening["body"].startswith(b":\nretry: ")
    assert opening["more_body"] is True


async def test_it_opens_before_there_is_anything_to_begin_with(server, open_tab):
    tab = Tab(server.send, "comment")
    await settled()
    assert len(server.messages) == 2
    tab.leave()
    await settled()


async def test_what_is_due_is_sent_at_once_and_needs_no_task(tab, server):
    with tasks_created() as created:
        tab.stream.offer(frame(1, 1))
    assert (server.bodies, created) == ([b"1.1 "], [])


async def test_what_must_wait_is_waited_for_in_one_task(tab, server):
    server.client_stops_reading()
    with tasks_created() as created:
        for revision in range(1, 9):
            tab.stream.offer(frame(1, revision))
            await settled()
    assert (server.bodies, created) == ([], ["Connection._write"])


class TestClientsThatAreBehind:
    """On servers that wait at once, in a task only, and not at all but for their producer."""

    @pytest.fixture(params=[Uvicorn, OtherServer, Daphne])
    def server(self, request, clock):
        return request.param()

    @pytest.fixture
    async def behind(self, tab, server):
        """One frame is on its way to it."""
        server.client_stops_reading()
        tab.stream.offer(frame(1, 1))
        await settled()
        return tab

    async def test_of_what_becomes_due_meanwhile_the_newest_state_follows(self, behind, server):
        for session, revision in [(1, 2), (2, 1), (1, 3)]:
            behind.stream.offer(frame(session, revision))
            await settled()
        server.client_reads_again()
        await settled()
        assert server.bodies == [b"1.1 ", b"2.1 1.3 "]

    async def test_one_that_reads_again_is_sent_to_as_before(self, behind, server):
        for revision in (2, 3):
            server.client_reads_again()
            await settled()
            behind.stream.offer(frame(1, revision))
            await settled()
        assert server.bodies == [b"1.1 ", b"1.2 ", b"1.3 "]

    async def test_one_that_takes_nothing_for_the_write_timeout_is_given_up(self, behind, clock):
        await clock.advance(WRITE_TIMEOUT - 1)
        assert not behind.serving.done()
        await clock.advance(1)
        assert behind.serving.done()
        assert behind.close_reason is CloseReason.SLOW

    async def test_each_message_has_the_write_timeout_for_itself(self, behind, server, clock):
        behind.stream.offer(frame(1, 2))
        await clock.advance(WRITE_TIMEOUT - 1)
        server.client_reads_once()
        await settled()
        await clock.advance(WRITE_TIMEOUT - 1)
        assert not behind.serving.done()
        await clock.advance(1)
        assert behind.serving.done()

    async def test_one_that_goes_is_waited_for_no_longer(self, behind):
        behind.leave()
        await settled()
        assert behind.serving.done()
        assert running_tasks() == []
        assert behind.close_reason is None

    async def test_one_that_goes_when_it_falls_behind_leaves_nothing_that_nobody_awaits(
        self, tab, server
    ):
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            tab.leave()
            server.client_stops_reading()
            tab.stream.offer(frame(1, 1))
            await settled()
            del tab.connection._writing
            gc.collect()
        assert (running_tasks(), warned) == ([], [])

    async def test_a_frame_counts_when_the_client_took_it(self, behind, server):
        with heard(frames_sent) as sent:
            assert behind.connection.frames == 0
            server.client_reads_again()
            await settled()
            assert behind.connection.frames == 1
        assert [about["count"] for about in sent] == [1]

    async def test_no_more_than_one_heartbeat_waits_for_it(self, behind, server, clock):
        for _ in range(2):
            await clock.advance(INTERVAL)
        server.client_reads_again()
        await settled()
        assert server.bodies == [b"1.1 ", COMMENT]

    async def test_heartbeats_go_on_when_it_has_caught_up(self, behind, server, clock):
        await clock.advance(INTERVAL)
        server.client_reads_again()
        for _ in range(2):
            await settled()
            await clock.advance(INTERVAL)
        assert server.bodies == [b"1.1 ", COMMENT, COMMENT, COMMENT]

    async def test_no_heartbeat_follows_a_frame_that_waited_with_it(self, behind, server, clock):
        await clock.advance(INTERVAL)
        behind.stream.offer(frame(1, 2))
        server.client_reads_again()
        await settled()
        assert server.bodies == [b"1.1 ", b"1.2 "]


class TestHeartbeats:
    async def test_one_comes_when_nothing_was_sent_for_the_interval(self, tab, server, clock):
        await clock.advance(INTERVAL - 1)
        assert server.bodies == []
        await clock.advance(1)
        assert server.bodies == [COMMENT]

    async def test_they_go_on(self, tab, server, clock):
        for _ in range(3):
            await clock.advance(INTERVAL)
        assert server.bodies == [COMMENT] * 3

    async def test_none_comes_sooner_than_the_interval_after_a_frame(self, tab, server, clock):
        await clock.advance(INTERVAL - 1)
        tab.stream.offer(frame(1, 1))
        await clock.advance(INTERVAL - 1)
        assert server.bodies == [b"1.1 "]
        await clock.advance(1)
        assert server.bodies == [b"1.1 ", COMMENT]

    async def test_of_many_at_once_ten_are_sent_and_then_what_else_is_due(self, open_tab, clock):
        servers = [Uvicorn() for _ in range(25)]
        for server in servers:
            await open_tab(server)
        sent = []
        asyncio.get_running_loop().call_at(
            clock.now + INTERVAL, lambda: sent.append(sum(len(server.bodies) for server in servers))
        )
        await clock.advance(INTERVAL)
        assert sent == [10]
        assert [server.bodies for server in servers] == [[COMMENT]] * 25

    async def test_it_takes_no_task(self, tab, server, clock):
        with tasks_created() as created:
            await clock.advance(INTERVAL)
        assert (server.bodies, created) == ([COMMENT], [])

    async def test_a_page_is_told_at_once_that_there_is_nothing_to_begin_with(
        self, open_tab, server
    ):
        tab = await open_tab(server, heartbeat="event")
        tab.connection.begun()
        assert server.bodies == [sse.HEARTBEATS["event"]]

    async def test_a_page_that_was_shown_a_session_needs_not_be_told(self, open_tab, server):
        tab = await open_tab(server, heartbeat="event")
        tab.stream.offer(frame(1, 1))
        tab.connection.begun()
        assert server.bodies == [b"1.1 "]

    async def test_to_a_proxy_there_is_nothing_to_tell_at_once(self, tab, server):
        tab.connection.begun()
        assert server.bodies == []


class TestEnds:
    @pytest.fixture(params=[Uvicorn, OtherServer, Daphne])
    def server(self, request, clock):
        return request.param()

    async def test_the_end_is_sent_last_and_once(self, tab, server):
        tab.stream.offer(frame(1, 1))
        tab.stream.end(CloseReason.SHUTDOWN)
        tab.stream.end(CloseReason.REVOKED)
        await settled()
        tab.stream.offer(frame(1, 2))
        await settled()
        assert b"".join(server.bodies) == b"1.1 " + sse.END
        assert [message["more_body"] for message in server.messages[1:]][-2:] == [True, False]
        assert tab.serving.done()

    async def test_what_a_client_that_is_behind_is_yet_to_take_comes_before(self, tab, server):
        server.client_stops_reading()
        tab.stream.offer(frame(1, 1))
        await settled()
        tab.stream.offer(frame(1, 2))
        tab.stream.end(CloseReason.SHUTDOWN)
        await settled()
        server.client_reads_again()
        await settled()
        assert server.bodies == [b"1.1 ", b"1.2 ", sse.END]
        assert tab.serving.done()

    async def test_pushes_without_pause_to_a_client_that_is_slow_keep_no_end_back(
        self, tab, server
    ):
        server.client_stops_reading()
        for revision in (1, 2):
            tab.stream.offer(frame(1, revision))
            await settled()
        tab.stream.end(CloseReason.REVOKED)
        for revision in range(3, 9):
            tab.stream.offer(frame(1, revision))
            server.client_reads_once()
            await settled()
        assert server.bodies == [b"1.1 ", b"1.2 ", sse.END]
        assert tab.serving.done()

    async def test_nothing_follows_the_end_though_it_is_offered_while_the_end_is_on_its_way(
        self, tab, server, clock
    ):
        server.client_stops_reading()
        tab.stream.end(CloseReason.SHUTDOWN)
        await settled()
        tab.stream.offer(frame(1, 1))
        await clock.advance(INTERVAL)
        server.client_reads_again()
        await settled()
        assert server.bodies == [sse.END]
        assert tab.serving.done()

    async def test_one_that_does_not_take_the_end_is_given_up(self, tab, server, clock):
        server.client_stops_reading()
        tab.stream.end(CloseReason.SHUTDOWN)
        await settled()
        await clock.advance(WRITE_TIMEOUT)
        assert tab.serving.done()

    async def test_a_stream_that_never_began_ends_too(self, server, open_tab):
        tab = Tab(server.send, "comment")
        await settled()
        tab.stream.end(CloseReason.FAULT)
        await settled()
        assert (server.bodies, tab.serving.done()) == ([sse.END], True)


async def test_its_time_is_up_after_the_longest_duration(
    server, open_tab, clock, configure_wizard_sessions
):
    configure_wizard_sessions(STREAM_MAX_DURATION=1000)
    tab = await open_tab(server)
    await clock.advance(899)
    assert not tab.serving.done()
    await clock.advance(101)
    assert server.bodies == [COMMENT, sse.END]
    assert tab.stream.close_reason is CloseReason.END


async def test_without_an_end_and_without_heartbeats_it_stays(
    server, open_tab, clock, configure_wizard_sessions
):
    never = float("inf")
    configure_wizard_sessions(STREAM_MAX_DURATION=never, STREAM_HEARTBEAT_INTERVAL=never)
    tab = await open_tab(server)
    await clock.advance(1_000_000)
    assert (server.bodies, tab.serving.done()) == ([], False)


async def test_tabs_that_opened_at_once_do_not_all_end_at_once(open_tab, clock):
    tabs = [await open_tab(Uvicorn()) for _ in range(20)]
    await clock.advance(1800 * 0.95)
    assert {tab.serving.done() for tab in tabs} == {True, False}


class TestFaultsOfTheServer:
    @pytest.fixture(params=["at once", "in a task", "after a wait"])
    async def meet(self, request, open_tab):
        """Has a tab's next frame meet a fault."""

        async def meet(fault):
            server = OtherServer() if request.param == "in a task" else Uvicorn()
            tab = await open_tab(server)
            if request.param == "after a wait":
                server.client_stops_reading()
                tab.stream.offer(frame(1, 1))
                await settled()
            server.fault = fault
            server.client_reads_again()
            tab.stream.offer(frame(1, 2))
            await settled()
            return tab

        return meet

    @pytest.mark.parametrize("fault", [ConnectionResetError(), RuntimeError("closing")])
    async def test_a_client_that_it_knows_to_be_gone_is_no_fault(self, meet, fault):
        tab = await meet(fault)
        assert tab.serving.done()
        assert (tab.close_reason, tab.connection.fault) == (CloseReason.CLIENT, None)

    async def test_what_is_unforeseen_is_told(self, meet):
        tab = await meet(fault := KeyError())
        assert tab.serving.done()
        assert (tab.close_reason, tab.connection.fault) == (CloseReason.FAULT, fault)


async def test_one_that_the_server_cancels_leaves_no_task_and_no_timer(tab, server, clock):
    server.client_stops_reading()
    tab.stream.offer(frame(1, 1))
    await settled()
    tab.serving.cancel()
    await settled()
    assert (running_tasks(), timers()) == ([], [])


async def test_to_a_client_that_went_nothing_is_sent(tab, server):
    tab.leave()
    await settled()
    tab.stream.offer(frame(1, 1))
    tab.stream.end(CloseReason.SHUTDOWN)
    await settled()
    assert server.bodies == []
    assert (running_tasks(), timers()) == ([], [])


class TestMiddlewareAroundTheServersSend:
    """May need a task of its own, and has one."""

    @pytest.fixture
    async def tab(self, open_tab, server):
        async def send(message):
            assert asyncio.current_task() is not None
            async with asyncio.timeout(60):
                await server.send(message)

        return await open_tab(server, send=send)

    async def test_it_works(self, tab, server):
        """Where the loop itself makes the call, as it does for the hub, there is no task."""
        asyncio.get_running_loop().call_soon(tab.stream.offer, frame(1, 1))
        await settled()
        assert server.bodies == [b"1.1 "]
        assert not tab.serving.done()

    async def test_what_becomes_due_at_once_shares_a_task(self, tab, server):
        with tasks_created() as created:
            for session in range(5):
                tab.stream.offer(frame(session, 1))
            await settled()
        assert len(created) == 1
        assert server.bodies == [b"0.1 1.1 2.1 3.1 4.1 "]


class TestTheContextOfARequest:
    """A middleware's ``send`` finds there what the middleware has put there."""

    @pytest.fixture
    def whose(self):
        return contextvars.ContextVar("whose", default="nobody's")

    @pytest.fixture
    def found(self):
        """By the middleware, at each message."""
        return []

    @pytest.fixture
    async def tab(self, open_tab, server, whose, found):
        async def send(message):
            found.append(whose.get())
            await server.send(message)

        whose.set("its own")
        tab = await open_tab(server, send=send)
        whose.set("another's")
        return tab

    @pytest.fixture(params=["of nobody's", "of another's", "of its own"])
    def elsewhere(self, request, whose):
        """A context: the hub's receiver has an empty one."""
        if request.param == "of nobody's":
            return contextvars.Context()
        context = contextvars.copy_context()
        context.run(whose.set, request.param.removeprefix("of "))
        return context

    async def test_it_opens_in_it(self, tab, found):
        assert found == ["its own"] * 2

    async def test_what_is_due_is_sent_in_it_whoever_made_it_due(
        self, tab, server, found, elsewhere
    ):
        elsewhere.run(tab.stream.offer, frame(1, 1))
        await settled()
        assert server.bodies == [b"1.1 "]
        assert found[2:] == ["its own"]

    async def test_so_is_what_a_client_that_is_behind_takes_later(
        self, tab, server, found, elsewhere
    ):
        server.client_stops_reading()
        for revision in (1, 2):
            elsewhere.run(tab.stream.offer, frame(1, revision))
            await settled()
        server.client_reads_again()
        await settled()
        assert server.bodies == [b"1.1 ", b"1.2 "]
        assert found[2:] == ["its own"] * 2

    async def test_so_is_a_heartbeat(self, tab, server, found, clock):
        await clock.advance(INTERVAL)
        assert server.bodies == [COMMENT]
        assert found[2:] == ["its own"]

    async def test_so_is_the_end_whoever_ends_it(self, tab, server, found, elsewhere):
        elsewhere.run(tab.stream.end, CloseReason.SHUTDOWN)
        await settled()
        assert server.bodies == [sse.END]
        assert found[2:] == ["its own"]

    async def test_what_a_send_puts_there_is_found_by_the_next(self, open_tab, server):
        async def send(message):
            found.append(count.get())
            count.set(found[-1] + 1)
            await server.send(message)

        count, found = contextvars.ContextVar("count", default=0), []
        tab = await open_tab(server, send=send)
        contextvars.Context().run(tab.stream.offer, frame(1, 1))
        await settled()
        assert found == [0, 1, 2]


class TestDaphne:
    @pytest.fixture
    def server(self, clock):
        return Daphne()

    async def test_it_has_a_producer_as_long_as_the_stream_is_open(self, tab, server):
        assert server.request.producer is not None
        tab.leave()
        await settled()
        assert server.request.producer is None

    async def test_the_producer_goes_before_the_end_is_sent(self, tab, server):
        """Twisted's request cannot be finished else."""
        tab.stream.end(CloseReason.SHUTDOWN)
        await settled()
        *_, before, end = server.request.events
        assert (before, end["body"]) == ("unregistered", sse.END)
        assert server.request.events.count("unregistered") == 1

    async def test_what_it_writes_while_the_client_reads_takes_no_task(self, tab, server):
        with tasks_created() as created:
            tab.stream.offer(frame(1, 1))
        assert (server.bodies, created) == ([b"1.1 "], [])

    async def test_nothing_is_written_while_the_client_does_not_read(self, tab, server):
        server.client_stops_reading()
        for revision in range(1, 5):  # the first of them is written, for it was not known
            tab.stream.offer(frame(1, revision))
            await settled()
        assert server.bodies == [b"1.1 "]

    async def test_a_client_that_went_takes_the_producer_along(self, tab, server):
        server.client_stops_reading()
        tab.stream.offer(frame(1, 1))
        await settled()
        server.request.channel = None
        server.request.producer.stopProducing()
        await settled()
        assert running_tasks() == ["Connection.serve"]
        tab.leave()
        await settled()
        assert tab.serving.done()
        assert "unregistered" not in server.request.events

    async def test_one_that_went_before_has_none(self, open_tab, server):
        server.request.channel = None
        await open_tab(server)
        assert server.request.producer is None

    async def test_a_client_that_goes_before_it_is_waited_for_leaves_no_coroutine_unawaited(
        self, tab, server
    ):
        server.client_stops_reading()
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            tab.leave()  # is heard of before the task that waits has begun
            tab.stream.offer(frame(1, 1))
            await settled()
            tab.connection._writing = None  # with all that it was yet to wait for
            gc.collect()
        assert tab.serving.done()
        assert [str(warning.message) for warning in warned] == []

    async def test_who_waits_for_the_producer_goes_on_when_it_is_unregistered(self):
        producer = Producer(Request())
        producer.pauseProducing()
        waiting = asyncio.create_task(producer.wait())
        await settled()
        assert not waiting.done()
        producer.unregister()
        await settled()
        assert waiting.done()
