from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from django_wizard_sessions import models
from django_wizard_sessions.models import RunPhase, WizardSession

pytestmark = pytest.mark.django_db


def upsert(project, **changes):
    state = {
        "session_id": "run-1",
        "workflow_id": "workflow",
        "skill_id": "skill",
        "started_at": datetime(2026, 11, 24, tzinfo=UTC),
        "run_phase": "running",
        "tasks": [],
        "event_plan": None,
        "error": None,
        **changes,
    }
    return WizardSession.objects.upsert(project=project, **state)


def test_the_push_that_creates_a_session_gets_revision_1(project):
    assert upsert(project).revision == 1


def test_at_first_both_times_are_the_same(project):
    session = upsert(project)
    assert session.created_at == session.updated_at


def test_a_push_that_waited_for_the_row_does_not_set_the_time_back(project, monkeypatch):
    later = upsert(project).updated_at
    monkeypatch.setattr(timezone, "now", lambda: later - timedelta(seconds=1))
    waited = upsert(project)
    assert (waited.revision, waited.updated_at) == (2, later)


def test_every_later_push_gets_the_next_revision(project):
    assert [upsert(project).revision for _ in range(3)] == [1, 2, 3]


def test_a_push_touches_no_other_session(project, other_project):
    for session_id, owner in [("run-1", project), ("run-2", project), ("run-1", other_project)]:
        upsert(owner, session_id=session_id)
    upsert(project, skill_id="changed")
    assert WizardSession.objects.filter(skill_id="changed").count() == 1
    assert sorted(WizardSession.objects.values_list("revision", flat=True)) == [1, 1, 2]


def test_a_push_knows_the_phase_that_it_replaced(project):
    phases = ["idle", "running", "running", "error"]
    pushed = [upsert(project, run_phase=phase).previous_phase for phase in phases]
    assert pushed == [None, "idle", "running", "running"]


def test_a_push_mends_a_row_that_the_host_broke(project):
    upsert(project)
    WizardSession.objects.update(run_phase="of a newer version")
    session = upsert(project, run_phase="completed")
    assert (session.run_phase, session.previous_phase) == ("completed", "of a newer version")


def test_it_knows_the_phase_even_if_another_push_came_in_between(project, monkeypatch):
    """After the row was read, and before it is locked: told by the revision."""
    upsert(project, run_phase="idle")

    def push_another(*args):
        monkeypatch.undo()
        upsert(project, run_phase="running")
        return timezone.now()

    monkeypatch.setattr(timezone, "now", push_another)
    session = upsert(project, run_phase="completed")
    assert (session.revision, session.previous_phase) == (3, "running")


class TestCreators:
    @pytest.fixture(autouse=True)
    def rule(self, configure_wizard_sessions):
        configure_wizard_sessions(ONLY_CREATOR_MAY_REPLACE=True)

    def test_who_created_a_session_may_replace_it(self, project):
        assert [upsert(project, created_by="1").revision for _ in range(2)] == [1, 2]

    @pytest.mark.parametrize("other", ["2", ""])
    def test_another_may_not(self, project, other):
        upsert(project, created_by="1", run_phase="running")
        with pytest.raises(PermissionDenied):
            upsert(project, created_by=other, run_phase="error")
        assert WizardSession.objects.get().run_phase == "running"

    def test_another_may_not_even_if_the_first_push_came_in_between(self, project, monkeypatch):
        def push_another(*args):
            monkeypatch.undo()
            upsert(project, created_by="1")
            return timezone.now()

        monkeypatch.setattr(timezone, "now", push_another)
        with pytest.raises(PermissionDenied):
            upsert(project, created_by="2")
        assert WizardSession.objects.get().created_by == "1"

    def test_without_the_rule_anybody_may(self, project, settings):
        settings.WIZARD_SESSIONS = {"PROJECT_MODEL": "host.Project"}
        upsert(project, created_by="1")
        session = upsert(project, created_by="2")
        assert (session.revision, session.created_by) == (2, "1")


def test_a_known_session_is_replaced_in_two_queries(project, django_assert_num_queries):
    upsert(project)
    with django_assert_num_queries(2):
        upsert(project)


def test_the_first_push_takes_one_query_more(project, django_assert_num_queries):
    with django_assert_num_queries(5):  # and the two of the transaction, a savepoint's here
        upsert(project)


@pytest.mark.parametrize("phases", [["running"], ["idle", "running", "error"]])
def test_a_database_that_cannot_return_updates_stores_the_same(project, monkeypatch, phases):
    stored = []
    for can in (True, False):
        monkeypatch.setattr(models, "can_return_updates", lambda db, can=can: can)
        last = [upsert(project, session_id=f"run-{can}", run_phase=phase) for phase in phases][-1]
        assert last == WizardSession.objects.get(session_id=f"run-{can}")
        stored.append((last.revision, last.run_phase, last.previous_phase, last.tasks))
    assert stored[0] == stored[1]


def test_deleting_a_project_deletes_its_sessions(project):
    upsert(project)
    project.delete()
    assert not WizardSession.objects.exists()


def test_an_empty_id_matches_all(project):
    upsert(project)
    assert WizardSession.objects.matching("", "").count() == 1
    assert WizardSession.objects.matching("workflow", "").count() == 1
    assert WizardSession.objects.matching("workflow", "other").count() == 0


@pytest.mark.parametrize(
    ("phase", "stale"), [("idle", True), ("running", True), ("completed", False), ("error", False)]
)
def test_a_run_that_has_not_ended_goes_stale_when_nothing_is_pushed(project, phase, stale):
    session = upsert(project, run_phase=phase)
    assert session.is_stale is False
    session.updated_at = timezone.now() - timedelta(seconds=601)
    assert session.is_stale is stale


def test_a_phase_knows_whether_it_is_terminal():
    assert [phase for phase in RunPhase if phase.is_terminal] == ["completed", "error"]


@pytest.mark.parametrize(
    ("filters", "index"),
    [
        ({}, "wizard_session_by_project"),
        ({"workflow_id": "w"}, "wizard_session_by_workflow"),
        ({"skill_id": "s"}, "wizard_session_by_skill"),
        ({"workflow_id": "w", "skill_id": "s"}, "wizard_session_by_both"),
    ],
)
def test_an_index_serves_the_order_without_a_sort(project, filters, index):
    plan = WizardSession.objects.filter(project=project).matching(**filters)[:50].explain()
    assert index in plan
    assert "TEMP B-TREE" not in plan


def test_there_is_no_migration_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_unique_constraints_index_serves_the_foreign_key():
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, WizardSession._meta.db_table)
    leading = [tuple(c["columns"]) for c in constraints.values() if c["index"] or c["unique"]]
    assert ("project_id", "session_id") in leading
    assert ("project_id",) not in leading
