import pytest

from tests.example import migrated, running


@pytest.fixture(scope="session")
def env(tmp_path_factory):
    with migrated(f"sqlite:///{tmp_path_factory.mktemp('example')}/db.sqlite3") as env:
        yield env


@pytest.fixture(scope="module")
def example(env, tmp_path_factory):
    with running(env, tmp_path_factory.mktemp("example")) as example:
        yield example
