"""What each operation asks of the database: how often, and for what."""

import logging
import re
from contextlib import AsyncExitStack
from typing import NamedTuple

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from django.utils import timezone

from django_wizard_sessions import queries as package_queries
from django_wizard_sessions.api_keys.models import ApiKey
from django_wizard_sessions.grants import Grant
from tests.example import READ, WRITE
from tests.factories import WORKFLOW, a_push, a_stored_session
from tests.hubs import reauthorise, reconcile, subscribed

pytestmark = pytest.mark.django_db(transaction=True)

KINDS = {
    "the cookie's session": r'SELECT .* FROM "django_session"',
    "the user": r'SELECT .* FROM "auth_user" WHERE',
    "the key with its user": r'SELECT .* FROM "\w+_apikey" INNER JOIN "auth_user"',
    "the key's projects": r'SELECT 1 .* FROM "host_project" INNER JOIN "\w+_apikey_projects"',
    "the key's last use": r'UPDATE "\w+_apikey" SET "last_used_at"',
    "the project": r'SELECT .* FROM "host_project" WHERE',
    "the membership": r'SELECT 1 .* FROM "auth_user" INNER JOIN "host_project_members"',
    "begin": r"BEGIN",
    "commit": r"COMMIT",
    "what is replaced": r'SELECT "\w+"."id", "\w+"."run_phase", .* FROM "\w+_wizardsession" WHERE',
    "insert": r'INSERT INTO "\w+_wizardsession"',
    "replace": r'UPDATE "\w+_wizardsession" SET',
    "the count": r'SELECT COUNT\(\*\) .* FROM "\w+_wizardsession"',
    "the newest versions": r"WITH now AS",
    "the sessions": r'SELECT .* FROM "\w+_wizardsession" WHERE',
}
"""The first that fits is what a query is for."""

BY_COOKIE = ["the cookie's session", "the user"]
BY_KEY = ["the key with its user"]
PROJECT = ["the project", "the membership"]  # the latter is the host's own rule
KNOWN_PUSH = ["what is replaced", "replace"]
FIRST_PUSH = ["what is replaced", "begin", "insert", "replace", "commit"]


def kind(sql):
    fitting = [name for name, pattern in KINDS.items() if re.match(pattern, sql, re.DOTALL)]
    return fitting[0] if fitting else sql


@pytest.fixture
def queries(settings, caplog):
    """What was asked since the last time, in every thread."""
    settings.DEBUG = True  # so that Django logs its queries
    caplog.set_level(logging.DEBUG, "django.db.backends")

    def queries():
        asked = [record.sql for record in caplog.records if hasattr(record, "sql")]
        caplog.clear()
        return [kind(sql) for sql in asked if not sql.startswith("PRAGMA")]

    return queries


@pytest.fixture(autouse=True)
def _nothing_by_the_clock(configure_wizard_sessions):
    """However slow the machine is."""
    configure_wizard_sessions(STREAM_RECONCILE_INTERVAL=600, STREAM_REAUTHORIZE_INTERVAL=600)


@pytest.fixture
def key(user):
    api_key, text = ApiKey.objects.issue(user=user, scopes=[READ, WRITE])
    ApiKey.objects.filter(pk=api_key.pk).update(last_used_at=timezone.now())
    return text


class Caller(NamedTuple):
    client: Client
    headers: dict[str, str]
    asks: list[str]
    """The queries that say who it is."""


@pytest.fixture(params=["cookie", "key"])
def caller(request, client, user, key):
    if request.param == "cookie":
        client.force_login(user)
        cookie = f"sessionid={client.cookies['sessionid'].value}"
        return Caller(client, {"Cookie": cookie}, BY_COOKIE)
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    return Caller(client, {"Authorization": f"Bearer {key}"}, BY_KEY)


@pytest.fixture
def url(project):
    return f"/projects/{project.pk}/sessions/"


@pytest.fixture
def push(caller, url):
    def push(**changes):
        return caller.client.post(url, a_push(**changes), content_type="application/json")

    return push


def test_a_first_push(push, caller, queries):
    queries()
    assert push().status_code == 201
    assert queries() == [*caller.asks, *PROJECT, *FIRST_PUSH]


def test_a_push_of_a_known_session(push, caller, queries):
    push()
    queries()
    assert push(tasks=[]).status_code == 200
    assert queries() == [*caller.asks, *PROJECT, *KNOWN_PUSH]


def test_a_refused_push_asks_nothing_of_the_sessions(push, caller, queries):
    queries()
    assert push(run_phase="nonsense").status_code == 400
    assert queries() == [*caller.asks, *PROJECT]


@pytest.mark.parametrize("stored", [0, 1, 100])
def test_a_list_however_long(caller, url, project, queries, stored):
    for number in range(stored):
        a_stored_session(project, f"run-{number}")
    queries()
    assert len(caller.client.get(url).json()["results"]) == stored
    page = ["the sessions"] if stored else []
    assert queries() == [*caller.asks, *PROJECT, "the count", *page]


@pytest.mark.parametrize("path", ["run-1/", f"latest/?workflow_id={WORKFLOW}", "no-such-run/"])
def test_one_session(caller, url, project, queries, path):
    a_stored_session(project)
    queries()
    caller.client.get(url + path)
    assert queries() == [*caller.asks, *PROJECT, "the sessions"]


def test_a_key_notes_its_use_once_a_minute(client, url, user, project, queries):
    _, text = ApiKey.objects.issue(user=user, scopes=[READ])
    queries()
    for use in (["the key's last use"], []):
        client.get(f"{url}run-1/", headers={"Authorization": f"Bearer {text}"})
        assert queries() == [*BY_KEY, *use, *PROJECT, "the sessions"]


def test_a_key_that_is_limited_to_projects_asks_for_one_more(client, url, user, project, queries):
    api_key, text = ApiKey.objects.issue(user=user, scopes=[READ], projects=[project])
    ApiKey.objects.filter(pk=api_key.pk).update(last_used_at=timezone.now())
    queries()
    client.get(f"{url}run-1/", headers={"Authorization": f"Bearer {text}"})
    assert queries() == [
        *BY_KEY,
        "the project",
        "the key's projects",
        "the membership",
        "the sessions",
    ]


@pytest.mark.parametrize("path", ["", "run-1/", "latest/?workflow_id=w", "stream/?workflow_id=w"])
def test_who_says_nothing_asks_nothing(client, url, project, queries, path):
    queries()
    assert client.get(url + path).status_code == 401
    assert queries() == []


@pytest.fixture
def open_stream(open_wizard_stream, caller, url):
    path = f"{url}stream/?workflow_id={WORKFLOW}"

    def open_stream(**headers):
        return open_wizard_stream(path, headers={**caller.headers, **headers})

    return open_stream


async def test_a_stream_that_opens(open_stream, caller, project, queries):
    """Only the first of its kind reads what all of them then know."""
    await sync_to_async(a_stored_session)(project)
    queries()
    async with open_stream() as first:
        await first.next()
        assert queries() == [*caller.asks, *PROJECT, "the newest versions", "the sessions"]
        async with open_stream() as second:
            await second.next()
            assert queries() == [*caller.asks, *PROJECT, "the sessions"]


async def test_a_stream_that_is_resumed_reads_what_changed_at_once(
    open_stream, caller, project, queries
):
    for number in range(9):
        await sync_to_async(a_stored_session)(project, f"run-{number}")
    async with open_stream() as stream:
        event = await stream.next()
        queries()
        async with open_stream(**{"Last-Event-ID": event.id}) as resumed:
            await resumed.next()
    what_changed = ["the sessions", "the sessions"]
    assert queries() == [*caller.asks, *PROJECT, *what_changed, "the sessions"]


async def test_streams_of_the_same_request_that_are_asked_about_again(
    open_stream, caller, project, queries
):
    """However many: once for all of them."""
    await sync_to_async(a_stored_session)(project)
    async with AsyncExitStack() as stack:
        for _ in range(5):
            stream = await stack.enter_async_context(open_stream())
            await stream.next()
        queries()
        for _ in range(2):
            await reauthorise()
            assert queries() == [*caller.asks, *PROJECT]


@pytest.mark.parametrize(("feeds", "asked"), [(1, 1), (4, 1), (5, 2)])
async def test_what_streams_missed_however_many_follow_the_same(
    project, queries, monkeypatch, feeds, asked
):
    """One query for each ``CHUNK`` of feeds."""
    monkeypatch.setattr(package_queries, "CHUNK", 4)
    async with AsyncExitStack() as stack:
        for number in range(feeds):
            grant = Grant(project.pk, f"workflow-{number}", "", "comment")
            for _ in range(3):
                await stack.enter_async_context(subscribed(grant))
        await reconcile()
        queries()
        for _ in range(2):
            await reconcile()
            assert queries() == ["the newest versions"] * asked


async def test_what_streams_missed_is_read_by_two_more(project, queries):
    grant = Grant(project.pk, WORKFLOW, "", "comment")
    async with subscribed(grant), subscribed(grant):
        await reconcile()
        await sync_to_async(a_stored_session)(project)
        queries()
        await reconcile()
        assert queries() == ["the newest versions", "the newest versions", "the sessions"]
