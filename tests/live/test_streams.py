"""The stream on real sockets, on every server, in memory and over Redis."""

import json
import subprocess
from contextlib import contextmanager

import httpx
import pytest
import redis

from tests import services
from tests.factories import WORKFLOW, a_push, recording
from tests.sse import PATIENCE, EventStream

from .inside import NOTHING, inside, wait_for


@contextmanager
def curl(url, key):
    command = [services.require_curl(), "-sN", "-H", f"Authorization: Bearer {key}", url]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        yield (line for line in process.stdout if line.startswith(b"data: "))
    finally:
        process.terminate()
        process.communicate()


@pytest.mark.parametrize("name", ["nextjs_completed", "nextjs_error"])
def test_a_recorded_run_is_seen_alike_by_two_tabs_and_a_curl(live, name):
    workflow = f"{WORKFLOW}-{name}"
    url = f"{live.sessions}stream/?workflow_id={workflow}"
    cookies = live.log_in("alice")
    with (
        EventStream(url, cookies=cookies) as one,
        EventStream(url, cookies=cookies) as other,
        curl(url, live.key) as lines,
    ):
        wait_for(lambda: inside(live)["streams"] == 3, seconds=PATIENCE)
        for body in recording(name):
            pushed = live.push({**body, "workflow_id": workflow}).content
            assert one.next().data.encode() == pushed
            assert other.next().data.encode() == pushed
            assert next(lines) == b"data: " + pushed + b"\n"
    assert json.loads(pushed)["run_phase"] == name.removeprefix("nextjs_")


def test_50_aborted_streams_are_released_within_a_second(live):
    streams = [live.stream(workflow_id=f"abort-{number % 5}") for number in range(50)]
    wait_for(lambda: inside(live)["streams"] == 50, seconds=PATIENCE)
    for stream in streams:
        stream.abort()
    wait_for(lambda: inside(live) == NOTHING, seconds=1)
    if live.env["EXAMPLE_REDIS_URL"]:
        client = redis.Redis.from_url(live.env["EXAMPLE_REDIS_URL"])
        assert client.pubsub_channels("asgi*") == []


def test_a_stream_that_is_closed_in_order_is_released_too(live):
    with live.stream(workflow_id="closed") as stream:
        stream.next_block()
        assert inside(live)["streams"] == 1
    wait_for(lambda: inside(live) == NOTHING, seconds=1)


def test_one_that_leaves_takes_no_frame_from_those_that_stay(live):
    with live.stream(workflow_id="stay") as stays:
        stays.next_block()
        with live.stream(workflow_id="stay") as leaves:
            leaves.next_block()
            leaves.abort()
        pushed = live.push(a_push("stay", workflow_id="stay")).content
        assert stays.next().data.encode() == pushed


def test_a_topic_can_be_left_and_joined_again(live):
    for number in range(3):
        with live.stream(workflow_id="again") as stream:
            stream.next_block()
            if number:
                stream.next()
            pushed = live.push(a_push("again", workflow_id="again")).content
            assert stream.next().data.encode() == pushed
        wait_for(lambda: inside(live) == NOTHING, seconds=1)


def test_a_refused_stream_is_djangos_own_answer(live):
    response = live.get("stream/", headers={"Accept": "text/event-stream"})
    assert (response.status_code, list(response.json())) == (400, ["workflow_id"])
    assert response.headers["content-type"] == "application/json"
    assert live.request("GET", "stream/?workflow_id=a", key="").status_code == 401
    assert live.request("POST", "stream/").status_code == 405
    assert inside(live) == NOTHING


def test_the_body_of_a_get_is_not_kept_and_does_no_harm(live):
    request = httpx.Request(
        "GET",
        f"{live.sessions}stream/?workflow_id=body",
        headers=live.headers,
        content=b"x" * 1_000_000,
    )
    response = live.client.send(request, stream=True)
    assert response.status_code == 200
    response.close()
