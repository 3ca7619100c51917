from contextlib import contextmanager
from dataclasses import replace

import pytest

from tests.example import manage, migrated, running
from tests.factories import a_push

CREATE_PROJECT = """
from example_project.projects.models import Project
project = Project.objects.create(name="Never to be touched")
project.members.add(1)
print(project.pk)
"""
UNTOUCHED = a_push("untouched", run_phase="completed")


@contextmanager
def a_target(example):
    """The running example, with a project of its own for the hostile: it has one session."""
    project = manage(example.env, "shell", "-c", CREATE_PROJECT).splitlines()[-1]
    target = replace(example, project=int(project))
    with target.client:
        target.push(UNTOUCHED).raise_for_status()
        yield target


@contextmanager
def unharmed(target):
    """Afterwards the project's one session was still pushed once, and the log has no traceback."""
    logged = target.log.stat().st_size
    yield
    [session] = target.get().json()["results"]
    assert session["session_id"] == UNTOUCHED["session_id"]
    assert session["updated_at"] == session["created_at"]
    with target.log.open() as log:
        log.seek(logged)
        assert "Traceback" not in log.read()


@pytest.fixture(scope="session")
def target(example):
    with a_target(example) as target:
        yield target


@pytest.fixture
def harmless(target):
    with unharmed(target):
        yield


@pytest.fixture(scope="session")
def daphne(tmp_path_factory):
    folder = tmp_path_factory.mktemp("daphne")
    with (
        migrated(f"sqlite:///{folder}/db.sqlite3") as env,
        running(env, folder, "daphne") as example,
        a_target(example) as target,
    ):
        yield target
