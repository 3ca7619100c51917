import json
import time

import httpx
import pytest

from tests.example import create_key, manage, migrated, running
from tests.factories import a_push
from tests.sse import EventStream

DAYS = {1: "2026-11-01T00:00:00Z", 2: "2026-11-02T00:00:00Z"}


@pytest.fixture(scope="module")
def hasty(tmp_path_factory):
    """An example whose runs go stale, whose streams beat and end within seconds."""
    folder = tmp_path_factory.mktemp("hasty")
    seconds = {"STALE_AFTER": 0.5, "STREAM_HEARTBEAT_INTERVAL": 0.5, "STREAM_MAX_DURATION": 1.8}
    with migrated(f"sqlite:///{folder}/db.sqlite3", **seconds) as env, running(env, folder) as it:
        yield it


def test_it_is_an_event_stream_that_nothing_on_the_way_may_hold_back(example, workflow):
    with example.stream(workflow_id=workflow) as stream:
        headers = stream.response.headers
    assert stream.response.status_code == 200
    assert headers["content-type"] == "text/event-stream"
    assert "no-store" in headers["cache-control"]
    assert "no-transform" in headers["cache-control"]
    assert headers["x-accel-buffering"] == "no"
    assert "content-length" not in headers


def test_the_hosts_own_response_headers_live_on(example, workflow):
    with example.stream(workflow_id=workflow) as stream:
        assert stream.response.headers["x-content-type-options"] == "nosniff"


def test_it_opens_at_once_even_if_there_is_no_session(example, workflow):
    with example.stream(workflow_id=workflow) as stream:
        comment, retry = stream.next_block()
        assert comment == ":"
        assert 1000 <= int(retry.removeprefix("retry: ")) <= 5000  # milliseconds


def test_a_frame_is_an_unnamed_event_with_an_id_and_the_json_on_one_line(example, workflow):
    example.push(a_push(workflow, workflow_id=workflow, error={"message": "a\r\nb\u2028c"}))
    with example.stream(workflow_id=workflow) as stream:
        stream.next_block()
        id_line, data_line = stream.next_block()
    assert id_line.startswith("id: ")
    assert data_line.startswith("data: {")
    assert json.loads(data_line.removeprefix("data: "))["session_id"] == workflow


def test_the_current_latest_session_is_the_first_event(example, workflow):
    example.push(a_push(f"{workflow}-1", workflow_id=workflow, started_at="2026-11-02T00:00Z"))
    example.push(a_push(f"{workflow}-2", workflow_id=workflow, started_at="2026-11-01T00:00Z"))
    with example.stream(workflow_id=workflow) as stream:
        assert json.loads(stream.next().data)["session_id"] == f"{workflow}-1"


def test_every_push_of_a_matching_session_follows_as_it_commits(example, workflow):
    with example.stream(workflow_id=workflow) as stream:
        stream.next_block()
        for phase in ("idle", "running", "completed"):
            pushed = example.push(a_push(workflow, workflow_id=workflow, run_phase=phase))
            event = stream.next()
            assert (event.event, event.data.encode()) == ("message", pushed.content)


def test_another_workflow_is_not_seen(example, workflow):
    with example.stream(workflow_id=workflow) as stream:
        example.push(a_push(f"{workflow}-1", workflow_id=f"{workflow}-other"))
        example.push(a_push(f"{workflow}-2", workflow_id=workflow))
        assert json.loads(stream.next().data)["session_id"] == f"{workflow}-2"


def test_another_projects_sessions_are_not_seen(example, workflow):
    theirs = f"{example.url}/api/projects/2/wizard/sessions/"
    cookies = example.log_in("bob")
    with example.stream(workflow_id=workflow) as stream:
        httpx.post(
            theirs,
            cookies=cookies,
            headers={"X-CSRFToken": cookies["csrftoken"]},
            json=a_push("theirs", workflow_id=workflow),
        ).raise_for_status()
        example.push(a_push("ours", workflow_id=workflow))
        assert json.loads(stream.next().data)["session_id"] == "ours"


def test_it_can_be_narrowed_to_a_skill(example, workflow):
    def push(skill):
        example.push(a_push(f"{workflow}-{skill}", workflow_id=workflow, skill_id=skill))

    push("django")
    push("flask")
    with example.stream(workflow_id=workflow, skill_id="django") as stream:
        assert json.loads(stream.next().data)["skill_id"] == "django"
        push("flask")
        push("django")
        assert json.loads(stream.next().data)["skill_id"] == "django"


def test_an_empty_skill_counts_as_absent(example, workflow):
    example.push(a_push(workflow, workflow_id=workflow))
    with example.stream(workflow_id=workflow, skill_id="") as stream:
        assert json.loads(stream.next().data)["session_id"] == workflow


@pytest.mark.parametrize("accept", ["text/event-stream", "*/*", "application/json", "text/html"])
def test_any_accept_header_gets_the_stream(example, workflow, accept):
    headers = {**example.headers, "Accept": accept}
    url = f"{example.sessions}stream/?workflow_id={workflow}"
    with EventStream(url, headers=headers) as stream:
        assert stream.response.headers["content-type"] == "text/event-stream"


def test_a_refusal_is_json_even_to_an_event_source(example):
    headers = {"Accept": "text/event-stream"}
    response = httpx.get(f"{example.sessions}stream/?workflow_id=some", headers=headers)
    assert response.status_code == 401
    assert response.headers["content-type"] == "application/json"


def test_a_browser_is_let_in_by_its_cookie(example, workflow):
    url = f"{example.sessions}stream/?workflow_id={workflow}"
    example.push(a_push(workflow, workflow_id=workflow))
    with EventStream(url, cookies=example.log_in("alice")) as stream:
        assert json.loads(stream.next().data)["session_id"] == workflow


@pytest.mark.parametrize("place", ["header", "query"])
def test_who_comes_back_gets_what_changed_between_the_latest_and_the_latest(
    example, workflow, place
):
    for number in (1, 2):
        example.push(a_push(f"{workflow}-{number}", workflow_id=workflow, started_at=DAYS[number]))
    with example.stream(workflow_id=workflow) as stream:
        seen = stream.next()
    pushed = example.push(
        a_push(f"{workflow}-1", workflow_id=workflow, started_at=DAYS[1], run_phase="completed")
    )
    query = {"workflow_id": workflow}
    headers = dict(example.headers)
    if place == "header":
        headers["Last-Event-ID"] = seen.id
    else:
        query["last_event_id"] = seen.id
    with EventStream(f"{example.sessions}stream/", params=query, headers=headers) as stream:
        events = [stream.next() for _ in range(3)]
    assert [event.data for event in events] == [seen.data, pushed.text, seen.data]


def test_a_key_that_is_revoked_loses_its_stream_and_is_refused_then(hasty, workflow):
    key = create_key(hasty.env)
    headers = {"Authorization": f"Bearer {key}"}
    url = f"{hasty.sessions}stream/?workflow_id={workflow}"
    with EventStream(url, headers=headers) as stream:
        stream.next_block()
        manage(hasty.env, "revoke_api_key", key)
        *_, last = stream.blocks()
    assert last == ["event: end", "data: reconnect"]
    assert httpx.get(url, headers=headers).status_code == 401


def test_a_host_that_switches_streams_off_answers_204_before_it_asks_who_it_is(tmp_path):
    url = f"sqlite:///{tmp_path}/db.sqlite3"
    with migrated(url, STREAMS_ENABLED=False) as env, running(env, tmp_path) as example:
        for key in ("", example.key, "nonsense"):
            response = example.get("stream/?workflow_id=a", key=key)
            assert (response.status_code, response.content) == (204, b"")


def test_one_stream_too_many_is_503_and_says_when_to_come_back(tmp_path, workflow):
    url = f"sqlite:///{tmp_path}/db.sqlite3"
    with (
        migrated(url, MAX_STREAMS_PER_PROCESS=2) as env,
        running(env, tmp_path) as example,
        example.stream(workflow_id=workflow),
    ):
        with example.stream(workflow_id=workflow):
            refused = example.get(f"stream/?workflow_id={workflow}")
            assert (refused.status_code, refused.json()) == (
                503,
                {"detail": "Too many streams are open."},
            )
            assert 5 <= int(refused.headers["retry-after"]) <= 15
        while not opens(example, workflow):
            pass  # the one before is released at once, but not in no time


def opens(example, workflow):
    with example.stream(workflow_id=workflow) as stream:
        return stream.response.status_code == 200


def test_a_push_that_is_refused_is_not_seen(example, workflow):
    with example.stream(workflow_id=workflow) as stream:
        example.push(a_push("refused", workflow_id=workflow, run_phase="nonsense"))
        example.push(a_push("accepted", workflow_id=workflow))
        assert json.loads(stream.next().data)["session_id"] == "accepted"


def test_an_idle_stream_sends_comments(hasty, workflow):
    with hasty.stream(workflow_id=workflow) as stream:
        stream.next_block()
        assert [stream.next_block() for _ in range(2)] == [[":"], [":"]]


def test_a_page_sees_at_once_that_a_stream_without_a_session_is_open(example, workflow):
    with example.stream(workflow_id=workflow, heartbeat="event") as stream:
        stream.next_block()
        begun = time.monotonic()
        assert stream.next_block() == ["event: ping", "data: {}"]
    assert time.monotonic() - begun < 5  # a third of the usual interval


def test_a_ping_is_never_before_the_latest_session(example, workflow):
    example.push(a_push(workflow, workflow_id=workflow))
    with example.stream(workflow_id=workflow, heartbeat="event") as stream:
        stream.next_block()
        assert stream.next_block()[0].startswith("id: ")


def test_on_request_the_heartbeat_is_an_event_that_a_page_can_listen_for(hasty, workflow):
    with hasty.stream(workflow_id=workflow, heartbeat="event") as stream:
        stream.next_block()
        assert [stream.next_block() for _ in range(3)] == [["event: ping", "data: {}"]] * 3


def test_after_its_maximum_duration_it_says_so_and_closes(hasty, workflow):
    with hasty.stream(workflow_id=workflow) as stream:
        *_, last = stream.blocks()
    assert last == ["event: end", "data: reconnect"]


def test_a_run_that_was_not_pushed_for_a_while_is_stale(hasty, workflow):
    def is_stale(name):
        return hasty.get(f"{workflow}-{name}/").json()["is_stale"]

    for phase in ("idle", "running", "completed", "error"):
        push = a_push(f"{workflow}-{phase}", workflow_id=workflow, run_phase=phase)
        assert hasty.push(push).json()["is_stale"] is False
    with hasty.stream(workflow_id=f"{workflow}-none") as wait_for_two_heartbeats:
        for _ in range(3):
            wait_for_two_heartbeats.next_block()
    assert [is_stale(phase) for phase in ("idle", "running")] == [True, True]
    assert [is_stale(phase) for phase in ("completed", "error")] == [False, False]
    with hasty.stream(workflow_id=workflow) as stream:
        assert json.loads(stream.next().data)["session_id"] == f"{workflow}-error"
    assert hasty.push(a_push(f"{workflow}-idle", workflow_id=workflow)).json()["is_stale"] is False
