import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from django_wizard_sessions.management.commands import prune_wizard_sessions
from django_wizard_sessions.models import WizardSession
from tests.factories import a_stored_session

pytestmark = pytest.mark.django_db(transaction=True)


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def old(project):
    def old(session_id, days, **changes):
        session = a_stored_session(project, session_id, **changes)
        pushed_at = timezone.now() - timedelta(days=days)
        WizardSession.objects.filter(pk=session.pk).update(updated_at=pushed_at)

    return old


def prune(*arguments, stdout=None):
    stdout = stdout or io.StringIO()
    call_command("prune_wizard_sessions", *arguments, stdout=stdout)
    return stdout.getvalue()


def kept():
    return set(WizardSession.objects.values_list("session_id", flat=True))


def test_what_was_not_pushed_for_so_many_days_is_deleted(old):
    old("old", days=31)
    old("new", days=29)
    assert prune("--days", "30") == "1 sessions deleted.\n"
    assert kept() == {"new"}


def test_the_setting_says_how_long_if_the_command_does_not(old, configure_wizard_sessions):
    configure_wizard_sessions(RETENTION=3600)
    old("old", days=1)
    prune()
    assert kept() == set()


def test_without_either_nothing_is_deleted(old):
    old("old", days=1000)
    with pytest.raises(CommandError, match="RETENTION"):
        prune()
    assert kept() == {"old"}


@pytest.mark.parametrize("days", ["0", "-1", "nan"])
def test_days_that_would_delete_all_or_nothing_are_refused(old, days):
    old("old", days=1)
    with pytest.raises(CommandError, match="above 0"):
        prune("--days", days)
    assert kept() == {"old"}


def test_more_days_than_there_ever_were_keep_all(old):
    old("old", days=1000)
    assert prune("--days", "1e9") == "0 sessions deleted.\n"


def test_only_the_phases_that_are_named_are_deleted(old):
    for phase in ("running", "completed", "error"):
        old(phase, days=31, run_phase=phase)
    prune("--days", "30", "--phase", "completed", "--phase", "error")
    assert kept() == {"running"}


def test_a_dry_run_only_counts(old):
    old("old", days=31)
    assert prune("--days", "30", "--dry-run") == "1 sessions would be deleted.\n"
    assert kept() == {"old"}


def test_many_are_deleted_in_small_transactions(old, monkeypatch):
    monkeypatch.setattr(prune_wizard_sessions, "BATCH", 2)
    for number in range(5):
        old(f"run-{number}", days=31)
    with CaptureQueriesContext(connection) as queries:
        prune("--days", "30")
    assert kept() == set()
    commits = [query for query in queries.captured_queries if query["sql"] == "COMMIT"]
    assert len(commits) == 4  # the last one finds nothing


def test_a_terminal_is_shown_how_far_it_is(old):
    old("old", days=31)
    shown = prune("--days", "30", stdout=Terminal())
    assert "[##############################] 1 of 1" in shown
    assert shown.endswith("1 sessions deleted.\n")


def test_what_is_pushed_meanwhile_is_kept(old, monkeypatch, project):
    """After it was counted, and before its batch is locked."""
    old("old", days=31)
    locked = prune_wizard_sessions._locked

    def push_first(rows):
        monkeypatch.undo()
        a_stored_session(project, "old")
        return locked(rows)

    monkeypatch.setattr(prune_wizard_sessions, "_locked", push_first)
    assert prune("--days", "30") == "0 sessions deleted.\n"
    assert kept() == {"old"}
