"""The wizard of ``docs/typescript.md``, on a server that fails as told, and on the example."""

import json

import pytest

from tests.factories import a_push, a_task, recording
from tests.moody import HANGS_UP, moody_server

from .conftest import PAUSE


@pytest.fixture
def server():
    with moody_server() as server:
        yield server


@pytest.fixture
def wizard(workspace, server):
    """Reports these states, and sleeps for so many milliseconds."""

    def wizard(*steps):
        workspace.script("reports", SESSIONS=server.url, KEY="key", STEPS=json.dumps(steps))

    return wizard


def at(title, **changes):
    return a_push(tasks=[a_task(title=title)], **changes)


def test_of_many_states_the_first_and_then_only_the_newest_is_pushed(wizard, server):
    wizard(*[at(str(number)) for number in range(20)], 1.2 * PAUSE * 1000)
    assert server.titles == ["0", "19"]
    assert server.waits[0] >= 0.99 * PAUSE


def test_another_phase_is_pushed_at_once(wizard, server):
    wizard(at("1"), 50, at("2"), 50, at("3", run_phase="completed"), 1.2 * PAUSE * 1000)
    assert server.titles == ["1", "3"]
    assert server.waits[0] < PAUSE


@pytest.mark.parametrize("delay", [0, 0.2], ids=["in a pause", "during a push"])
def test_the_last_state_is_pushed_at_once_when_the_wizard_is_done(wizard, server, delay):
    server.delay = delay
    wizard(at("1"), 100, at("2"))
    assert server.titles == ["1", "2"]
    assert server.waits[0] < PAUSE


def test_one_push_is_under_way_at_a_time(wizard, server):
    server.delay = 0.2
    wizard(at("1"), 20, at("2", run_phase="error"), 20, at("3", run_phase="completed"))
    assert server.titles == ["1", "3"]
    assert server.most_under_way == 1


@pytest.mark.parametrize("fault", [503, HANGS_UP])
def test_a_fault_is_tried_twice_more(wizard, server, fault):
    server.statuses = [fault, fault, 201]
    wizard(at("1"))
    assert server.titles == ["1", "1", "1"]


def test_a_fault_that_stays_is_left_at_that_until_the_next_state(wizard, server):
    server.statuses = [503, 503, 503]
    wizard(at("1"), 1200, at("2"))
    assert server.titles == ["1", "1", "1", "2"]


def test_a_limit_is_waited_for_as_long_as_the_server_says_and_once(wizard, server):
    server.statuses = [429, 429]
    wizard(at("1"), 1500, at("2"))
    assert server.titles == ["1", "1", "2"]
    assert server.waits[0] >= 1


@pytest.mark.parametrize("refusal", [401, 403])
def test_after_a_refusal_nothing_is_pushed_any_more(wizard, server, refusal):
    server.statuses = [refusal]
    wizard(at("1"), 100, at("2", run_phase="completed"))
    assert server.titles == ["1"]


def test_a_state_that_is_not_valid_is_not_pushed_again(wizard, server):
    server.statuses = [400]
    wizard(at("1"), 100, at("2", run_phase="completed"))
    assert server.titles == ["1", "2"]


def test_where_there_is_no_server_the_wizard_ends_as_ever(workspace):
    steps = json.dumps([at("1")])
    assert workspace.script("reports", SESSIONS="http://127.0.0.1:1/", STEPS=steps) == "done"


@pytest.mark.parametrize("name", ["nextjs_completed", "nextjs_error"])
def test_the_example_has_a_recorded_run_as_it_ended(workspace, example, name):
    pushes = recording(name)
    environment = {"SESSIONS": example.sessions, "KEY": example.key}
    workspace.script("reports", STEPS=json.dumps(pushes), **environment)
    assert example.get(f"{pushes[-1]['session_id']}/").json().items() >= pushes[-1].items()


def test_the_documented_wizard_runs(workspace, example):
    workspace.run("node", "built/run.js", SESSIONS=example.sessions, KEY=example.key)
    run = example.get("latest/", params={"workflow_id": "my-workflow"}).json()
    assert (run["run_phase"], run["tasks"][0]["status"]) == ("completed", "completed")
