"""Whatever the channel layer does, every open stream shows what is stored, and no push suffers."""

import itertools
import json
import time

import pytest

from tests.factories import a_push
from tests.lengths import at_length

from .conftest import INTERVAL

HEALED = INTERVAL + 0.5  # seconds
ROUNDS = at_length(short=4, thorough=20)

_workflows = (f"faults-{number}" for number in itertools.count())


@pytest.fixture
def workflow():
    return next(_workflows)


@pytest.fixture
def streams(processes, workflow):
    """One on each process, with a run that both have seen."""
    one, other = processes
    with one.stream(workflow_id=workflow) as here, other.stream(workflow_id=workflow) as there:
        for stream in (here, there):
            stream.next_block()
        push_and_see(processes, (here, there), workflow)
        yield here, there


def push_and_see(processes, streams, workflow):
    """Pushes to each process. Both streams come to show the last one; how long that took."""
    answers = [process.push(a_push(workflow, workflow_id=workflow)) for process in processes]
    start = time.monotonic()
    assert [answer.is_success for answer in answers] == [True, True]
    for stream in streams:
        while stream.next().data != answers[-1].text:
            pass
    return time.monotonic() - start


def wait_for_messages(processes, streams, workflow):
    deadline = time.monotonic() + 20
    while push_and_see(processes, streams, workflow) > INTERVAL / 3:
        assert time.monotonic() < deadline


def test_messages_that_are_lost_with_their_connection_are_found(
    processes, streams, redis_process, workflow
):
    for _ in range(ROUNDS):
        redis_process.kill_connections()
        assert push_and_see(processes, streams, workflow) < HEALED


def test_a_redis_that_restarts_empty_leaves_no_stream_deaf(
    processes, streams, redis_process, workflow
):
    for _ in range(ROUNDS):
        redis_process.restart_empty()
        assert push_and_see(processes, streams, workflow) < HEALED
    wait_for_messages(processes, streams, workflow)


def test_a_redis_that_hangs_holds_up_no_push_and_no_stream(
    processes, streams, redis_process, workflow
):
    redis_process.pause()
    try:
        for number in range(20):
            start = time.monotonic()
            answer = processes[number % 2].push(a_push(workflow, workflow_id=workflow))
            assert answer.is_success
            assert time.monotonic() - start < 0.5
        assert push_and_see(processes, streams, workflow) < HEALED
    finally:
        redis_process.resume()


def test_streams_open_while_redis_is_down(processes, redis_process, workflow):
    redis_process.stop()
    try:
        for process in processes:
            pushed = process.push(a_push(workflow, workflow_id=workflow)).text
            with process.stream(workflow_id=workflow) as stream:
                assert stream.next().data == pushed
                pushed = process.push(a_push(workflow, workflow_id=workflow)).text
                assert stream.next().data == pushed
    finally:
        redis_process.start()


def test_an_outage_takes_one_line_in_the_log_and_its_end_another(
    processes, streams, redis_process, workflow
):
    def told():
        log = processes[0].log.read_text()
        return [log.count(f"Publishing to the channel layer {it}") for it in ("fails", "works")]

    def push_until(expected):
        deadline = time.monotonic() + 20
        while told() != expected:
            assert time.monotonic() < deadline, told()
            push_and_see(processes, streams, workflow)

    before, _ = told()
    push_until([before, before])  # the outages of other tests are over
    redis_process.stop()
    push_until([before + 1, before])
    for _ in range(5):
        push_and_see(processes, streams, workflow)
    redis_process.start()
    push_until([before + 1, before + 1])


def test_no_state_is_followed_by_an_older_one_through_all_of_it(processes, redis_process, workflow):
    with processes[0].stream(workflow_id=workflow) as stream:
        for number in range(30):
            if number % 10 == 3:
                redis_process.kill_connections()
            if number % 10 == 7:
                redis_process.restart_empty()
            last = processes[number % 2].push(a_push(workflow, workflow_id=workflow)).json()
        times = []
        while not times or times[-1] != last["updated_at"]:
            times.append(json.loads(stream.next().data)["updated_at"])
        assert times == sorted(times)
