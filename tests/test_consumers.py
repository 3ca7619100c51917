import asyncio
import contextvars
import re

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from channels.testing import HttpCommunicator
from django.contrib.sessions.models import Session
from django.core.handlers.asgi import ASGIHandler
from django.db import DatabaseError
from django.http import HttpResponse
from django.test import Client

from django_wizard_sessions import beginnings, broadcast, queries, reauthorisation, reconcile, sse
from django_wizard_sessions.grants import SCOPE_KEY, Grant
from django_wizard_sessions.hub import get_hub
from django_wizard_sessions.routing import mount_stream
from django_wizard_sessions.signals import frames_sent, stream_closed, stream_opened
from django_wizard_sessions.slots import process_slots
from tests.factories import a_stored_session
from tests.hubs import assert_nothing_is_left, open_streams
from tests.signals import heard

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cookie(user):
    browser = Client()
    browser.force_login(user)
    return [(b"cookie", f"sessionid={browser.cookies['sessionid'].value}".encode())]


@pytest.fixture
def path(project):
    return f"/projects/{project.pk}/sessions/stream/?workflow_id=w"


@pytest.fixture
def open_stream(cookie, path):
    """A client of the mounted application, by ASGI messages."""

    def open_stream(headers=cookie, django=None):
        application = mount_stream(django or ASGIHandler())
        return HttpCommunicator(application, "GET", path, headers=headers)

    return open_stream


@pytest.fixture
def closed():
    """Why streams were closed, as the signal says."""
    with heard(stream_closed) as sent:
        yield lambda: [about["reason"] for about in sent]


async def begin(client):
    client.scope.setdefault("asgi", {"version": "3.0"})
    await client.send_input({"type": "http.request", "body": b"", "more_body": False})
    return await client.receive_output(timeout=5)


def is_opening(body):
    return re.fullmatch(rb":\nretry: [1-5]\d{3}\n\n", body) is not None


async def leave(client):
    await client.send_input({"type": "http.disconnect"})
    await client.wait(timeout=5)


async def answer(client):
    response = await client.get_response(timeout=5)
    await client.wait(timeout=5)
    return response


async def test_djangos_headers_are_sent_with_the_streams_and_none_of_an_empty_body(open_stream):
    client = open_stream()
    headers = dict((await begin(client))["headers"])
    assert headers[b"Content-Type"] == b"text/event-stream"
    assert b"Vary" in headers
    assert not {name.lower() for name in headers} & {b"content-length", b"etag"}
    await leave(client)


async def test_it_opens_with_a_comment(open_stream):
    client = open_stream()
    await begin(client)
    body = await client.receive_output(timeout=5)
    assert (is_opening(body["body"]), body["more_body"]) == (True, True)
    await leave(client)


async def test_a_disconnect_ends_it_at_once_and_leaves_nothing(open_stream):
    client = open_stream()
    await begin(client)
    await leave(client)
    await assert_nothing_is_left()


async def test_a_server_that_cancels_the_application_leaves_nothing(open_stream):
    client = open_stream()
    await begin(client)
    client.future.cancel()
    await asyncio.wait({client.future}, timeout=5)
    await assert_nothing_is_left()


async def test_a_send_that_never_returns_does_not_outlive_the_client(open_stream, cookie, path):
    sending = asyncio.Event()

    async def send(message):
        if message.get("body"):
            sending.set()
            await asyncio.Future()

    messages = asyncio.Queue()
    messages.put_nowait({"type": "http.request", "body": b"", "more_body": False})
    scope = open_stream().scope
    serving = asyncio.ensure_future(mount_stream(ASGIHandler())(scope, messages.get, send))
    await asyncio.wait_for(sending.wait(), timeout=5)
    messages.put_nowait({"type": "http.disconnect"})
    await asyncio.wait_for(serving, timeout=5)


@pytest.mark.parametrize("step", ["join", "read"])
async def test_a_client_that_goes_while_the_stream_opens_is_released_at_once(
    open_stream, monkeypatch, step
):
    opening = asyncio.Event()

    async def hang(*args):
        opening.set()
        await asyncio.Future()

    if step == "join":
        monkeypatch.setattr(get_channel_layer(), "group_add", hang)
    else:
        monkeypatch.setattr(beginnings, "ask", hang)
    client = open_stream()
    await begin(client)
    await asyncio.wait_for(opening.wait(), timeout=5)
    await leave(client)
    await assert_nothing_is_left()


async def test_a_fault_ends_the_stream_so_that_the_client_comes_back(
    open_stream, monkeypatch, caplog, closed
):
    def fail(feed):
        raise ValueError("gone")

    monkeypatch.setattr(queries, "latest", fail)
    client = open_stream()
    assert (await begin(client))["status"] == 200
    bodies = [await client.receive_output(timeout=5) for _ in range(2)]
    assert is_opening(bodies[0]["body"])
    assert bodies[1]["body"] == sse.END
    assert bodies[-1].get("more_body", False) is False
    await leave(client)
    assert "gone" in caplog.text
    assert closed() == ["fault"]


async def test_a_stream_that_opens_while_the_database_fails_begins_when_it_works_again(
    open_stream, monkeypatch, caplog, project
):
    def fail(feed):
        raise DatabaseError("gone")

    await sync_to_async(a_stored_session)(project, workflow_id="w")
    monkeypatch.setattr(reconcile, "FIRST_RETRY", 0.1)
    client = open_stream()
    with monkeypatch.context() as patch:
        patch.setattr(queries, "latest", fail)
        await begin(client)
        assert is_opening((await client.receive_output(timeout=5))["body"])
        assert await client.receive_nothing(timeout=0.3)
    assert b"run-1" in (await client.receive_output(timeout=5))["body"]
    await leave(client)
    assert caplog.text.count("gone") == 1
    await assert_nothing_is_left()


async def test_a_layer_that_fails_keeps_no_stream_from_opening(open_stream, monkeypatch, caplog):
    async def fail(group, channel):
        raise ConnectionError("no Redis today")

    monkeypatch.setattr(get_channel_layer(), "group_add", fail)
    client = open_stream()
    await begin(client)
    assert is_opening((await client.receive_output(timeout=5))["body"])
    assert await client.receive_nothing()
    await leave(client)
    await assert_nothing_is_left()
    assert caplog.text.count("no Redis today") == 1


@pytest.mark.parametrize("fault", [OSError, RuntimeError])
async def test_a_client_that_the_server_knows_to_be_gone_is_no_error(open_stream, fault, caplog):
    async def send(message):
        raise fault

    messages = asyncio.Queue()
    messages.put_nowait({"type": "http.request", "body": b"", "more_body": False})
    serving = mount_stream(ASGIHandler())(open_stream().scope, messages.get, send)
    await asyncio.wait_for(serving, timeout=5)
    assert caplog.records == []


@pytest.mark.parametrize("method", ["get", "head"])
async def test_a_method_counts_in_any_case_as_it_does_for_django(open_stream, method):
    client = open_stream()
    client.scope["method"] = method
    assert (await begin(client))["status"] == 200
    await leave(client)


async def test_a_middleware_that_refuses_after_the_view_has_the_last_word(open_stream, settings):
    settings.MIDDLEWARE = ["tests.test_consumers.Refusing", *settings.MIDDLEWARE]
    response = await answer(open_stream())
    assert (response["status"], response["body"]) == (503, b"later")


async def test_a_middleware_that_answers_with_a_page_of_its_own_has_the_last_word(
    open_stream, settings
):
    settings.MIDDLEWARE = ["tests.test_consumers.AskingForConsent", *settings.MIDDLEWARE]
    response = await answer(open_stream())
    assert (response["status"], response["body"]) == (200, b"Please accept our terms")


async def test_a_middleware_that_refuses_with_an_event_stream_has_the_last_word(
    open_stream, settings
):
    settings.MIDDLEWARE = ["tests.test_consumers.RefusingInKind", *settings.MIDDLEWARE]
    response = await answer(open_stream())
    assert (response["status"], response["body"]) == (403, b"data: no\n\n")


async def test_mounted_twice_it_streams_once_and_leaves_nothing(open_stream):
    client = open_stream(django=mount_stream(ASGIHandler()))
    await begin(client)
    assert is_opening((await client.receive_output(timeout=5))["body"])
    await leave(client)
    await assert_nothing_is_left()


async def test_a_view_of_the_hosts_below_such_a_path_hears_of_the_disconnect():
    heard = []

    async def host(scope, receive, send):
        heard.extend([await receive(), await receive()])

    client = HttpCommunicator(mount_stream(host), "GET", "/chat/sessions/stream/")
    await client.send_input({"type": "http.request", "body": b"hello"})
    await leave(client)
    assert heard == [{"type": "http.request", "body": b"hello"}, {"type": "http.disconnect"}]


async def test_a_client_that_goes_while_django_answers_gets_no_stream(open_stream):
    async def slow(scope, receive, send):
        scope[SCOPE_KEY].admit(Grant(1, "w", "", "comment"))
        headers = [(b"Content-Type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        while (await receive())["type"] != "http.disconnect":
            pass

    client = open_stream(django=slow)
    await client.send_input({"type": "http.request", "body": b"", "more_body": False})
    await leave(client)
    assert await client.receive_nothing()
    await assert_nothing_is_left()


async def test_what_a_middleware_keeps_of_a_request_it_finds_at_each_message_whoever_pushes(
    open_stream, project
):
    async def middleware(scope, receive, send):
        async def send_of(message):
            found.setdefault(scope["client"], set()).add(whose.get())
            await send(message)

        whose.set(scope["client"])
        await streaming(scope, receive, send_of)

    whose, found = contextvars.ContextVar("whose", default=None), {}
    streaming = mount_stream(ASGIHandler())
    clients = [open_stream(), open_stream()]
    for number, client in enumerate(clients):
        client.application, client.scope["client"] = middleware, ("10.0.0.1", number)
        await begin(client)
        await client.receive_output(timeout=5)
    session = await sync_to_async(a_stored_session)(project, workflow_id="w")
    await sync_to_async(broadcast.publish)(session)
    for client in clients:
        assert b"run-1" in (await client.receive_output(timeout=5))["body"]
        await leave(client)
    assert found == {client.scope["client"]: {client.scope["client"]} for client in clients}


async def test_where_tasks_are_eager_a_stream_begins_and_is_left(
    open_stream, project, eager_tasks, closed
):
    await sync_to_async(a_stored_session)(project, workflow_id="w")
    client = open_stream()
    await begin(client)
    assert is_opening((await client.receive_output(timeout=5))["body"])
    assert b"run-1" in (await client.receive_output(timeout=5))["body"]
    await leave(client)
    assert closed() == ["client"]
    await assert_nothing_is_left()


async def test_middlewares_that_compress_or_tag_do_no_harm(open_stream, settings):
    settings.MIDDLEWARE = [
        "django.middleware.gzip.GZipMiddleware",
        "django.middleware.http.ConditionalGetMiddleware",
        *settings.MIDDLEWARE,
    ]
    client = open_stream()
    start = await begin(client)
    names = {name.lower() for name, _ in start["headers"]}
    assert start["status"] == 200
    assert not names & {b"content-length", b"content-encoding", b"etag"}
    assert is_opening((await client.receive_output(timeout=5))["body"])
    await leave(client)


async def test_without_a_grant_djangos_answer_is_passed_on_untouched(open_stream):
    response = await answer(open_stream(headers=[]))
    headers = dict(response["headers"])
    assert response["status"] == 401
    assert int(headers[b"Content-Length"]) == len(response["body"])
    assert headers[b"WWW-Authenticate"] == b"Bearer"


async def test_what_is_logged_of_a_stream_has_no_secret(open_stream, caplog, project, cookie):
    caplog.set_level("DEBUG")
    client = open_stream(headers=[*cookie, (b"last-event-id", b"secret-id")])
    await begin(client)
    await leave(client)
    [told] = [record for record in caplog.records if record.name.endswith("consumers")]
    assert (told.project_id, told.workflow_id, told.reason) == (project.pk, "w", "client")
    ours = [record for record in caplog.records if record.name.startswith("django_wizard_sessions")]
    for secret in (cookie[0][1].decode().partition("=")[2], "secret-id"):
        assert secret not in str([vars(record) for record in ours])


class TestReauthorisation:
    @pytest.fixture(autouse=True)
    def often(self, configure_wizard_sessions):
        configure_wizard_sessions(STREAM_REAUTHORIZE_INTERVAL=0.1, STREAM_HEARTBEAT_INTERVAL=60)

    @pytest.fixture
    async def client(self, open_stream):
        client = open_stream()
        await begin(client)
        await client.receive_output(timeout=5)
        yield client
        await leave(client)
        await assert_nothing_is_left()

    async def test_a_stream_that_is_still_allowed_goes_on(self, client):
        assert await client.receive_nothing(timeout=0.4)

    async def test_who_is_logged_out_loses_the_stream(self, client, closed):
        await Session.objects.all().adelete()
        assert (await client.receive_output(timeout=5))["body"] == sse.END
        await leave(client)
        assert closed() == ["revoked"]

    async def test_who_is_no_member_any_more_loses_the_stream(self, client, project):
        await project.members.aclear()
        assert (await client.receive_output(timeout=5))["body"] == sse.END

    async def test_a_deleted_project_ends_its_streams(self, client, project):
        await project.adelete()
        assert (await client.receive_output(timeout=5))["body"] == sse.END

    async def test_the_switch_ends_what_is_open(self, client, configure_wizard_sessions, closed):
        configure_wizard_sessions(STREAMS_ENABLED=False)
        assert (await client.receive_output(timeout=5))["body"] == sse.END
        await leave(client)
        assert closed() == ["switch"]

    async def test_a_passing_fault_of_the_database_ends_nobodys_stream(self, client, monkeypatch):
        def fail(*args):
            raise DatabaseError("gone")

        monkeypatch.setattr("django.contrib.auth.middleware.get_user", fail)
        assert await client.receive_nothing(timeout=0.4)

    async def test_only_a_few_are_asked_about_at_once(self, open_stream, cookie):
        async def django(scope, receive, send):
            counted = object()
            if all_are_open.is_set():
                asking.add(counted)
                most.append(len(asking))
                await asyncio.sleep(0.02)
            await ASGIHandler()(scope, receive, send)
            asking.discard(counted)

        asking, most, all_are_open = set(), [], asyncio.Event()
        clients = [
            open_stream(headers=[*cookie, (b"user-agent", b"%d" % number)], django=django)
            for number in range(12)
        ]
        for client in clients:  # one after the other: to open is not bounded so
            await begin(client)
        all_are_open.set()
        await asyncio.sleep(0.5)
        highest = max(most)
        for client in clients:  # whoever was just asked about is answered to the end
            await leave(client)
        assert highest == reauthorisation.QUESTIONS_AT_ONCE
        await assert_nothing_is_left()

    async def test_a_stream_is_asked_about_again_though_django_hung_once(
        self, open_stream, monkeypatch, closed
    ):
        async def django(scope, receive, send):
            if len(asked) == 1:
                asked.append("hangs")
                await asyncio.Future()
            if len(asked) > 1:
                await send({"type": "http.response.start", "status": 403, "headers": []})
                return
            asked.append("opens")
            await ASGIHandler()(scope, receive, send)

        asked = []
        monkeypatch.setattr(reauthorisation, "REFUSAL_TIMEOUT", 0.1)
        client = open_stream(django=django)
        await begin(client)
        await client.receive_output(timeout=5)
        assert (await client.receive_output(timeout=5))["body"] == sse.END
        await leave(client)
        assert closed() == ["revoked"]

    async def test_a_fault_around_django_ends_nobodys_stream_and_is_told_once(
        self, open_stream, caplog
    ):
        async def django(scope, receive, send):
            if asked:
                raise ConnectionError("no proxy today")
            asked.append(scope)
            await ASGIHandler()(scope, receive, send)

        asked = []
        client = open_stream(django=django)
        await begin(client)
        await client.receive_output(timeout=5)
        assert await client.receive_nothing(timeout=0.4)
        await leave(client)
        assert caplog.text.count("no proxy today") == 1

    @pytest.mark.parametrize(("status", "goes_on"), [(429, True), (503, True), (302, False)])
    async def test_who_is_told_to_wait_is_not_refused(self, client, monkeypatch, status, goes_on):
        monkeypatch.setattr(Answering, "status", status)
        assert await client.receive_nothing(timeout=0.4) is goes_on

    @pytest.fixture(autouse=True)
    def _answering(self, settings):
        settings.MIDDLEWARE = ["tests.test_consumers.Answering", *settings.MIDDLEWARE]


async def test_a_client_that_reads_nothing_is_cut_off(
    open_stream, configure_wizard_sessions, closed
):
    configure_wizard_sessions(STREAM_WRITE_TIMEOUT=0.1)

    async def send(message):
        if message.get("body"):
            await asyncio.Future()

    messages = asyncio.Queue()
    messages.put_nowait({"type": "http.request", "body": b"", "more_body": False})
    serving = mount_stream(ASGIHandler())(open_stream().scope, messages.get, send)
    await asyncio.wait_for(serving, timeout=5)
    await assert_nothing_is_left()
    assert closed() == ["slow"]


async def test_a_stream_is_ended_when_its_time_is_up(
    open_stream, configure_wizard_sessions, closed
):
    configure_wizard_sessions(STREAM_MAX_DURATION=0.1)
    client = open_stream()
    await begin(client)
    await client.receive_output(timeout=5)
    assert (await client.receive_output(timeout=5))["body"] == sse.END
    await leave(client)
    assert closed() == ["end"]


async def test_a_client_that_does_not_read_at_shutdown_was_ended_by_it(open_stream, closed):
    async def send(message):
        if message.get("body") == sse.END:
            ending.set()
            await asyncio.Future()

    ending, messages = asyncio.Event(), asyncio.Queue()
    messages.put_nowait({"type": "http.request", "body": b"", "more_body": False})
    serving = asyncio.ensure_future(
        mount_stream(ASGIHandler())(open_stream().scope, messages.get, send)
    )
    stopping = asyncio.create_task(end_all_when_open())
    await asyncio.wait_for(ending.wait(), timeout=5)
    serving.cancel()
    await asyncio.wait({serving, stopping})
    assert closed() == ["shutdown"]


async def end_all_when_open():
    while not open_streams():  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    await get_hub().end()


async def test_what_a_server_raises_unforeseen_is_a_fault_and_logged(open_stream, closed, caplog):
    async def send(message):
        raise KeyError("unforeseen")

    messages = asyncio.Queue()
    messages.put_nowait({"type": "http.request", "body": b"", "more_body": False})
    await mount_stream(ASGIHandler())(open_stream().scope, messages.get, send)
    assert closed() == ["fault"]
    assert "KeyError: 'unforeseen'" in caplog.text


async def test_every_stream_is_counted_when_it_opens_and_when_it_closes(open_stream, project):
    client = open_stream()
    with heard(stream_opened, stream_closed) as sent:
        await begin(client)
        await leave(client)
    assert [about["signal"] for about in sent] == [stream_opened, stream_closed]
    for about in sent:
        assert (about["grant"].project_id, about["grant"].workflow_id) == (project.pk, "w")


async def test_the_frames_that_were_sent_are_counted(open_stream, project):
    await sync_to_async(a_stored_session)(project, workflow_id="w")
    client = open_stream()
    with heard(frames_sent, stream_closed) as sent:
        await begin(client)
        for _ in range(2):
            await client.receive_output(timeout=5)
        await leave(client)
    assert (sent[0]["count"], sent[1]["frames"]) == (1, 1)


class TestSlots:
    @pytest.fixture(autouse=True)
    def one(self, configure_wizard_sessions):
        configure_wizard_sessions(MAX_STREAMS_PER_PROJECT=1)
        yield
        assert len(process_slots) == 0

    async def test_one_stream_too_many_is_503_and_told_when_to_come_back(self, open_stream):
        client = open_stream()
        await begin(client)
        refused = await answer(open_stream())
        assert refused["status"] == 503
        assert 5 <= int(dict(refused["headers"])[b"Retry-After"]) <= 15
        await leave(client)

    async def test_a_stream_that_ends_leaves_its_slot_to_the_next_one(self, open_stream):
        for _ in range(3):
            client = open_stream()
            assert (await begin(client))["status"] == 200
            await leave(client)

    async def test_a_request_that_is_refused_after_the_view_keeps_no_slot(
        self, open_stream, settings
    ):
        settings.MIDDLEWARE = ["tests.test_consumers.Refusing", *settings.MIDDLEWARE]
        for _ in range(3):
            assert (await answer(open_stream()))["body"] == b"later"

    async def test_a_head_keeps_no_slot(self, open_stream):
        for _ in range(3):
            client = open_stream()
            client.scope["method"] = "HEAD"
            assert (await begin(client))["status"] == 200
            await leave(client)


class Answering:
    """Answers every request with this status, once one is set."""

    status = None

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if self.status:
            return HttpResponse(status=self.status)
        return self.get_response(request)


class AskingForConsent:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        self.get_response(request)
        return HttpResponse("Please accept our terms")


class RefusingInKind:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        self.get_response(request)
        return HttpResponse("data: no\n\n", status=403, content_type="text/event-stream")


class Refusing:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        self.get_response(request)
        return HttpResponse("later", status=503)
