"""Reading what is stored, whether one waits or awaits."""

import asyncio
import json

import pytest

from django_wizard_sessions.client import (
    UnavailableError,
    WizardSessionsError,
    alatest,
    alist_sessions,
    latest,
    list_sessions,
)

from .scripted import a_session, an_answer, answering

NOWHERE = "http://127.0.0.1:1/sessions/"


def awaited_latest(url, **arguments):
    return asyncio.run(alatest(url, **arguments))


def awaited_list(url, **arguments):
    async def all_sessions():
        return [session async for session in alist_sessions(url, **arguments)]

    return asyncio.run(all_sessions())


@pytest.fixture(params=[latest, awaited_latest])
def read_latest(request):
    return request.param


@pytest.fixture(params=[list_sessions, awaited_list])
def read_list(request):
    return lambda *arguments, **options: list(request.param(*arguments, **options))


def a_page(*session_ids, after=None):
    results = [a_session(session_id) for session_id in session_ids]
    return an_answer(200, json.dumps({"next": after, "results": results}).encode())


def test_the_latest_run_is_read(read_latest, example, workflow, push):
    push("earlier", started_at="2020-01-01T00:00:00Z")
    text = push()
    assert read_latest(example.sessions, workflow=workflow, key=example.key).json == text


def test_the_latest_run_of_a_skill_is_read(read_latest, example, workflow, push):
    push("of-django", skill_id="django", started_at="2020-01-01T00:00:00Z")
    push()
    read = read_latest(example.sessions, workflow=workflow, skill="django", key=example.key)
    assert read.session_id == "of-django"


def test_where_nothing_has_run_there_is_no_latest(read_latest, example, workflow):
    assert read_latest(example.sessions, workflow=workflow, key=example.key) is None


def test_all_runs_are_listed_from_the_newest_on(read_list, example, workflow, push):
    texts = [push(f"run-{day}", started_at=f"2026-11-0{day}T00:00:00Z") for day in (1, 2, 3)]
    listed = read_list(example.sessions, workflow=workflow, key=example.key)
    assert [session.json for session in listed] == texts[::-1]


def test_the_runs_of_a_skill_are_listed_alone(read_list, example, workflow, push):
    push("of-django", skill_id="django")
    push()
    listed = read_list(example.sessions, workflow=workflow, skill="django", key=example.key)
    assert [session.session_id for session in listed] == ["of-django"]


def test_a_list_of_several_pages_is_read_to_its_end(example, workflow, push):
    for number in range(101):  # a page has a hundred
        push(f"run-{number}")
    listed = list(list_sessions(example.sessions, workflow=workflow, key=example.key))
    assert len({session.session_id for session in listed}) == len(listed) == 101


def test_each_page_is_asked_for_by_what_came_before(read_list):
    pages = a_page("3", "2", after="https://elsewhere.example/"), a_page("1")
    with answering(*pages) as (url, requests):
        assert [session.session_id for session in read_list(url)] == ["3", "2", "1"]
    assert [request.path.rpartition("&")[2] for request in requests] == ["offset=0", "offset=2"]


def test_a_page_is_asked_for_when_it_is_needed():
    with answering(a_page("3", "2", after="more")) as (url, requests):
        next(list_sessions(url))
    assert len(requests) == 1


def test_a_run_that_a_newer_one_moved_to_the_next_page_is_listed_once(read_list):
    with answering(a_page("3", "2", after="more"), a_page("2", "1")) as (url, _):
        assert [session.session_id for session in read_list(url)] == ["3", "2", "1"]


def test_a_page_without_any_run_is_the_last(read_list):
    with answering(a_page(after="more")) as (url, _):
        assert read_list(url) == []


@pytest.mark.parametrize("body", [b"<h1>Hi</h1>", b"[]", b"{}", b'{"results": [1], "next": null}'])
def test_what_is_no_list_is_told(read_list, body):
    with (
        answering(an_answer(200, body)) as (url, _),
        pytest.raises(WizardSessionsError, match="this is no list of sessions"),
    ):
        read_list(url)


@pytest.mark.parametrize(("status", "error"), [(401, WizardSessionsError), (503, UnavailableError)])
def test_a_server_that_gives_nothing_is_told(read_latest, read_list, status, error):
    with answering(*[an_answer(status)] * 2) as (url, _):
        with pytest.raises(error, match=str(status)) as told:
            read_latest(url, workflow="integration")
        assert told.value.status == status
        with pytest.raises(error, match=str(status)):
            read_list(url)


def test_a_server_that_cannot_be_reached_may_be_the_next_time(read_latest, read_list):
    with pytest.raises(UnavailableError, match=r"refused|failed"):
        read_latest(NOWHERE, workflow="integration")
    with pytest.raises(UnavailableError, match=r"refused|failed"):
        read_list(NOWHERE)


@pytest.mark.parametrize("read", [list_sessions, alist_sessions])
def test_what_cannot_be_asked_is_told_before_anything_is(read):
    with pytest.raises(ValueError):
        read("example.org/sessions/")
