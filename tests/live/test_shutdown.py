"""A server that goes, with streams open: they are told, and find elsewhere what they need."""

import json
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress

import httpx
import pytest

from tests.example import Example, migrated, running
from tests.factories import a_push

STREAMS = 200
WORKFLOW = "rolling"


@pytest.fixture(scope="module")
def env(server, tmp_path_factory):
    with migrated(f"sqlite:///{tmp_path_factory.mktemp('shutdown')}/db.sqlite3") as env:
        yield env


@pytest.fixture(scope="module")
def staying(env, tmp_path_factory):
    with running(env, tmp_path_factory.mktemp("staying")) as example:
        yield example


@pytest.fixture(scope="module")
def restarted(env, server, tmp_path_factory):
    with running(env, tmp_path_factory.mktemp("leaving"), server) as example:
        yield example


@pytest.fixture
def leaving(restarted):
    """Another process of the same host, which ends in the test."""
    if restarted.process.poll() is not None:
        restarted.start()
    return restarted


def test_every_stream_is_ended_and_the_process_exits_within_5_seconds(leaving):
    leaving.push(a_push("last", workflow_id="last"))
    with ExitStack() as stack:
        streams = [stack.enter_context(leaving.stream(workflow_id="last")) for _ in range(STREAMS)]
        for stream in streams:
            stream.next()
        start = time.monotonic()
        leaving.terminate()
        ends = [list(stream.blocks())[-1] for stream in streams]
        try:
            leaving.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            pytest.fail(f"It still ran after {time.monotonic() - start} s.")
    assert ends == [["event: end", "data: reconnect"]] * STREAMS


@pytest.mark.parametrize("with_stream", [True, False])
def test_a_running_push_is_finished(env, server, tmp_path, with_stream):
    with (
        running(env, tmp_path, server, "tests.live.slow_asgi:application") as example,
        ThreadPoolExecutor(1) as pool,
        ExitStack() as stack,
    ):
        if with_stream:
            stack.enter_context(example.stream(workflow_id="running")).next_block()
        push = pool.submit(example.push, a_push("running", workflow_id="running"))
        time.sleep(0.3)
        example.terminate()
        assert push.result().is_success
        example.process.wait(timeout=5)


@pytest.mark.parametrize("server", ["daphne", "uvicorn", "granian"], indirect=True)
def test_a_client_that_does_not_read_holds_the_process_up_no_longer(leaving):
    large = {"text": "x" * 250_000}
    with leaving.silent_client(workflow_id="large"), leaving.stream(workflow_id="large") as reader:
        for _ in range(20):
            push = a_push("large", workflow_id="large", event_plan=large, error=large)
            pushed = leaving.push(push).text
            while reader.next().data != pushed:
                pass
        leaving.terminate()
        assert list(reader.blocks())[-1] == ["event: end", "data: reconnect"]
        leaving.process.wait(timeout=5)


@pytest.mark.parametrize("end", [Example.terminate, Example.kill])
def test_clients_that_come_back_to_another_process_find_what_was_pushed_meanwhile(
    leaving, staying, end
):
    workflow = f"meanwhile-{end.__name__}"

    def push(process, session, **changes):
        body = a_push(f"{workflow}-{session}", workflow_id=workflow, **changes)
        return process.push(body).json()

    with ExitStack() as stack:
        streams = [stack.enter_context(leaving.stream(workflow_id=workflow)) for _ in range(20)]
        for stream in streams:
            stream.next_block()
        push(leaving, "older")
        push(leaving, "newer", started_at="2026-11-24T03:00:00Z")
        for stream in streams:
            stream.next()
        end(leaving)
        pushed = [push(staying, name, run_phase="completed") for name in ("older", "newer")]
        cursors = [last_id(stream) for stream in streams]
    for cursor in cursors:
        with staying.stream(workflow_id=workflow, after=cursor) as stream:
            wait_until_all_are_shown(pushed, stream)
    leaving.process.wait(timeout=5)


def last_id(stream):
    """Of the last event, however the stream ends."""
    last = None
    with suppress(httpx.TransportError):
        for event in stream.events():
            last = event.id or last
    return last


def wait_until_all_are_shown(sessions, stream):
    shown = {}
    for event in stream.events():
        session = json.loads(event.data)
        shown[session["session_id"]] = session
        if all(shown.get(session["session_id"]) == session for session in sessions):
            return
    raise AssertionError(shown)
