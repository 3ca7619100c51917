import signal
from functools import partial

import pytest

from django_wizard_sessions.client import delays, follow
from tests.example import running
from tests.factories import a_push
from tests.moody import moody_server


@pytest.fixture(scope="session")
def example(sqlite_example):
    return sqlite_example


@pytest.fixture(scope="session")
def mortal(sqlite_env, tmp_path_factory):
    """A server that may be stopped: who does so starts it again."""
    with running(sqlite_env, tmp_path_factory.mktemp("mortal")) as example:
        yield example


@pytest.fixture
def server():
    """One that answers pushes as it is told."""
    with moody_server() as server:
        yield server


@pytest.fixture
def at_once(monkeypatch):
    """A follower that lost its stream does not wait before it opens another."""
    monkeypatch.setattr(delays, "SHORTEST", 0.01)
    monkeypatch.setattr(delays, "LONGEST", 0.02)


@pytest.fixture
def ctrl_c():
    """Is heeded, although whatever a script starts in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def follow_workflow(example, workflow):
    return partial(follow, example.sessions, workflow=workflow, key=example.key)


@pytest.fixture
def push(example, workflow, session_id):
    """Pushes a state of a run of the test's own workflow: of its own run, if no other is named."""

    def push(session_id=session_id, to=example, **changes):
        answer = to.push(a_push(session_id, **{**changes, "workflow_id": workflow}))
        answer.raise_for_status()
        return answer.text

    return push
