import json
import subprocess
import sys

import pytest

from tests.example import ROOT, create_key

PUSHERS = 16


@pytest.fixture(
    scope="module",
    params=[
        ("example_project.settings", 200),
        ("tests.concurrency.atomic_settings", 20),
    ],
    ids=["autocommit", "atomic requests"],
)
def rounds(request, example_env):
    """What 16 concurrent first pushes of one session came to, many times over."""
    settings, count = request.param
    key = create_key(example_env)
    done = subprocess.run(
        [sys.executable, "-m", "tests.concurrency.race", settings, str(count), key],
        cwd=ROOT,
        env={**example_env, "DJANGO_SETTINGS_MODULE": settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    rounds = json.loads(done.stdout)
    assert len(rounds) == count
    return rounds


def test_one_is_answered_201_and_the_others_200(rounds):
    assert all(push["statuses"] == {"201": 1, "200": PUSHERS - 1} for push in rounds)


def test_each_gets_a_revision_of_its_own(rounds):
    assert all(push["revisions"] == list(range(1, PUSHERS + 1)) for push in rounds)


def test_the_newest_revision_is_the_state_that_is_stored(rounds):
    assert all(push["stored"] == PUSHERS and push["newest_is_stored"] for push in rounds)


def test_each_later_push_knows_the_phase_that_it_replaced(rounds):
    assert all(push["phases_follow"] for push in rounds)
