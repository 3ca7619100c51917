import itertools

import pytest

from tests.example import migrated, running
from tests.factories import a_push


@pytest.fixture(scope="session")
def env(tmp_path_factory):
    with migrated(f"sqlite:///{tmp_path_factory.mktemp('example')}/db.sqlite3") as env:
        yield env


@pytest.fixture(scope="module")
def example(env, tmp_path_factory):
    with running(env, tmp_path_factory.mktemp("example")) as example:
        yield example


_runs = itertools.count(1)


@pytest.fixture
def snapshot():
    """Makes the pushes of one run, which started later than the runs of the tests before."""
    number = next(_runs)
    run = {"session_id": f"run-{number}", "started_at": f"2026-11-24T{number:02}:00:00Z"}

    def snapshot(**changes):
        return a_push(**{**changes, **run})

    return snapshot
