"""The stream on real sockets, on every server, in memory and over Redis."""

import json
import subprocess
from contextlib import ExitStack, contextmanager

import httpx
import pytest
import redis

from tests import services
from tests.factories import WORKFLOW, a_push, recording
from tests.lengths import at_length
from tests.sse import PATIENCE, EventStream

from .inside import NOTHING, inside, wait_for
from .memory import MEBIBYTE, measured, resident

CROWD = 50
WARM_UP = at_length(short=1, thorough=5)  # rounds of two crowds
ROUNDS = at_length(short=1, thorough=100)


@contextmanager
def curl(url, key):
    command = [services.require_curl(), "-sN", "-H", f"Authorization: Bearer {key}", url]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout
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


def reset_once_open(live):
    """A crowd of clients goes by TCP reset."""
    with ExitStack() as clients:
        for number in range(CROWD):
            clients.enter_context(live.silent_client(workflow_id=f"reset-{number % 5}"))
        wait_for(lambda: inside(live)["streams"] == CROWD, seconds=PATIENCE)
    wait_for(lambda: inside(live) == NOTHING, seconds=1)


def reset_while_opening(live):
    for number in range(CROWD):
        with live.silent_client(workflow_id=f"reset-{number % 5}"):
            pass
    wait_for(lambda: inside(live) == NOTHING, seconds=PATIENCE)


@measured
def test_streams_that_are_reset_are_released_within_a_second_and_leave_no_memory(live):
    def rounds(count):
        for _ in range(count):
            reset_once_open(live)
            reset_while_opening(live)

    rounds(WARM_UP)
    before = resident(live)
    rounds(ROUNDS)
    assert resident(live) - before < 20 * MEBIBYTE
    if live.env["EXAMPLE_REDIS_URL"]:
        client = redis.Redis.from_url(live.env["EXAMPLE_REDIS_URL"])
        assert client.pubsub_channels(f"{live.env['EXAMPLE_CHANNELS']}*") == []


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
