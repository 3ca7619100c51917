"""Two processes of one host, with one database and one Redis."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import services
from tests.example import migrated, running
from tests.factories import a_push, a_task

PUSHERS, PUSHES = 4, 25


@pytest.fixture(scope="module")
def processes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("processes")
    with (
        services.database("postgresql", folder) as url,
        migrated(url, services.require_redis()) as env,
        running(env, folder) as one,
        running(env, folder) as other,
    ):
        yield one, other


def test_a_push_to_one_is_seen_on_the_streams_of_both(processes):
    one, other = processes
    with one.stream(workflow_id="both") as here, other.stream(workflow_id="both") as there:
        for stream in (here, there):
            stream.next_block()
        for process in (one, other):
            pushed = process.push(a_push("both", workflow_id="both")).content
            assert here.next().data.encode() == there.next().data.encode() == pushed


def test_pushes_that_race_on_both_are_seen_in_one_order_and_end_at_what_is_stored(processes):
    def push(number):
        process = processes[number % 2]
        for count in range(PUSHES):
            tasks = [a_task(id=f"{number}-{count}")]
            process.push(a_push("race", workflow_id="race", tasks=tasks)).raise_for_status()

    def seen(stream):
        """All states until the last one that is pushed."""
        states = []
        while not (states and states[-1]["run_phase"] == "completed"):
            states.append(json.loads(stream.next().data))
        return states

    streams = [process.stream(workflow_id="race") for process in processes for _ in range(3)]
    with ThreadPoolExecutor(len(streams) + PUSHERS) as pool:
        viewing = [pool.submit(seen, stream) for stream in streams]
        list(pool.map(push, range(PUSHERS)))
        last = processes[0].push(a_push("race", workflow_id="race", run_phase="completed")).json()
        views = [view.result() for view in viewing]
    for stream in streams:
        stream.close()
    for states in views:
        times = [state["updated_at"] for state in states]
        assert times == sorted(times)
        assert states[-1] == last
