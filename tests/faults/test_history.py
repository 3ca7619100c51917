"""Wizards push and viewers watch while everything fails; then what they recorded is checked.

As Jepsen does. ``FAULTS_SEED`` draws the same faults again, though not at the same moments.
"""

import math
import os
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from random import randrange

import psycopg
import pytest

from tests import services
from tests.example import migrated, running
from tests.lengths import at_length

from . import history
from .history import History, State, Stored
from .nemesis import HostFaults, LayerFaults, Nemesis
from .stage import WORKFLOW, Stage
from .viewers import Viewer
from .wizards import Wizard

SECONDS = at_length(short=60, thorough=300)
INTERVAL = 1  # seconds, of the reconciliation
BOUND = INTERVAL + 0.5
SETTINGS = {
    "STREAM_RECONCILE_INTERVAL": INTERVAL,
    "STREAM_HEARTBEAT_INTERVAL": 0.5,
    "STREAM_REAUTHORIZE_INTERVAL": 3,
    "STREAM_MAX_DURATION": 20,
}
SESSION_LENGTH = timedelta(seconds=SECONDS / 8)  # fewer than 50 sessions in all
RUNS = [("one", "django"), ("two", "flask"), ("race", "django"), ("race", "django")]
FOLLOWED = ["", "", "django", "flask"]  # by one viewer of each kind
PATIENCE = {"steady": math.inf, "restless": 3}  # seconds
DATABASE_ERRORS = r"(psycopg\.|django\.db\.utils\.)"
SERVER_FAULTS = {"server_is_stopped", "server_is_killed"}
DATABASE_FAULTS = {"connections_of_database_cut", "database_is_down"}


@dataclass
class Run:
    seed: str
    history: History
    viewers: dict[str, str]
    stored: dict[str, Stored]
    healed: float

    def __str__(self):
        last = max(frame.at for frame in self.history.seen) - self.healed
        return f"FAULTS_SEED={self.seed}\n{self.history}\nlast frame: {last:.2f} s after healing"


@pytest.fixture(scope="module")
def processes(redis_process, tmp_path_factory):
    folder = tmp_path_factory.mktemp("history")
    with (
        services.database("postgresql", folder) as url,
        migrated(url, redis_process.url, **SETTINGS) as env,
    ):
        env["DJANGO_SETTINGS_MODULE"] = "tests.faults.pubsub_layer"
        with running(env, folder) as one, running(env, folder) as other:
            one.expected = other.expected = DATABASE_ERRORS
            yield one, other


@pytest.fixture(scope="module")
def run(request, processes, redis_process):
    seed = os.environ.get("FAULTS_SEED") or str(randrange(10**6))
    run = run_through_faults(seed, processes, redis_process)
    if request.config.get_verbosity() > 0:
        plugins = request.config.pluginmanager
        with plugins.get_plugin("capturemanager").global_and_fixture_disabled():
            print(f"\n{run}")
    return run


def run_through_faults(seed, processes, redis_process):
    stage = Stage(seed, processes, SESSION_LENGTH)
    wizards = [Wizard(f"wizard-{number}", *run, stage) for number, run in enumerate(RUNS)]
    viewers = [
        Viewer(f"{kind}-{number}", skill, stage, patience=patience)
        for number, skill in enumerate(FOLLOWED)
        for kind, patience in PATIENCE.items()
    ]
    nemeses = [
        Nemesis(faults, stage) for faults in (LayerFaults(redis_process), HostFaults(processes))
    ]
    for wizard in wizards:
        wizard.push()
    with going_on(viewers):
        wait_until_all_saw_something(viewers, stage.history)
        with going_on(wizards):
            with going_on(nemeses):
                time.sleep(SECONDS)
            redis_process.stop()  # no message tells of the last pushes
            time.sleep(1)
        redis_process.start()
        healed = time.monotonic()
        for viewer in viewers:
            viewer.settle()
        time.sleep(2 * BOUND)
        stored = what_is_stored(processes[0])
    followed = {viewer.name: viewer.skill for viewer in viewers}
    return Run(seed, stage.history, followed, stored, healed)


@contextmanager
def going_on(threads):
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for thread in threads:
            thread.stop()
        for thread in threads:
            thread.join()


def wait_until_all_saw_something(viewers, record):
    """From then on, they can say where they were."""
    deadline = time.monotonic() + 10
    while len({frame.viewer for frame in record.seen}) < len(viewers):
        assert time.monotonic() < deadline, record
        time.sleep(0.02)


def what_is_stored(process):
    page = process.get(f"?workflow_id={WORKFLOW}&limit=1000").json()
    with psycopg.connect(process.env["EXAMPLE_DATABASE_URL"]) as database:
        revisions = dict(
            database.execute("SELECT session_id, revision FROM wizard_sessions_wizardsession")
        )
    states = map(State.of, page["results"])
    return {state.session: Stored(revisions[state.session], state) for state in states}


def test_it_was_eventful(run):
    kinds = Counter(fault.what for fault in run.history.faults)
    assert len(kinds) == 11, run
    assert min(kinds.values()) >= SECONDS / 30, run
    assert len(run.history.acknowledged) > 5 * SECONDS, run
    assert len(run.history.seen) > 10 * SECONDS, run
    assert len(run.history.connections) > SECONDS / 2, run
    assert len(run.stored) <= 50, run


def assert_nothing(contradicts, run):
    assert not contradicts, "\n".join([*map(str, contradicts[:30]), str(run)])


def test_no_acknowledged_push_is_lost(run):
    assert_nothing(history.lost(run.history.acknowledged, run.stored), run)


def test_no_viewer_goes_back_in_any_session(run):
    assert_nothing(history.steps_back(run.history.seen), run)


def test_a_revision_is_one_state_on_whatever_stream(run):
    assert_nothing(history.ambiguous(run.history.seen), run)


def test_soon_after_all_is_healed_every_viewer_shows_what_is_stored(run):
    soon = [frame for frame in run.history.seen if frame.at <= run.healed + BOUND]
    assert_nothing(history.wrong(soon, run.stored, run.viewers), run)


def test_meanwhile_every_open_stream_shows_a_push_within_the_interval(run):
    def delay_by(fault):
        """The database is asked again after another interval."""
        lasted = fault.ended - fault.began
        return lasted + INTERVAL if fault.what in DATABASE_FAULTS else 0

    assert_nothing(history.late(run.history, run.viewers, BOUND, delay_by), run)


def test_what_befalls_the_channel_layer_makes_no_push_and_no_stream_fail(run):
    causes = SERVER_FAULTS | DATABASE_FAULTS
    assert_nothing(history.failed_without_cause(run.history, causes), run)


def test_no_fault_is_answered_in_a_way_that_makes_a_wizard_or_a_browser_give_up(run):
    assert run.history.refused == [], run
