from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from django_wizard_sessions import postgresql, queries
from django_wizard_sessions.feeds import Feed
from django_wizard_sessions.grants import Grant
from django_wizard_sessions.models import WizardSession
from tests import databases
from tests.host.models import Project

STATE: dict[str, Any] = {
    "workflow_id": "workflow",
    "skill_id": "skill",
    "started_at": datetime(2026, 11, 24, tzinfo=UTC),
    "run_phase": "running",
    "tasks": [{"id": "1", "title": "Größe: 100 %s", "status": "pending"}],
    "event_plan": {"b": [1, 2.5, None, {"quoted": "\"'\\"}], "a": {}},
    "error": None,
}
OTHERS = [
    {"run_phase": "error", "error": {"type": "X"}, "event_plan": None},
    {"workflow_id": "another", "skill_id": "%", "tasks": []},
    {"started_at": datetime(2027, 1, 1, tzinfo=UTC)},
]


@pytest.fixture(scope="module")
def project(django_db_blocker, tmp_path_factory):
    with databases.postgresql(tmp_path_factory.mktemp("database"), django_db_blocker):
        yield Project.objects.create(name="Project")


@pytest.fixture
def push(project, session_id):
    def push(**changes):
        key = {"project": project, "session_id": session_id}
        return WizardSession.objects.upsert(**key, **{**STATE, **changes})

    return push


def state(session):
    return {field.attname: getattr(session, field.attname) for field in session._meta.fields}


def test_a_known_session_is_replaced_in_one_query(push):
    push()
    with CaptureQueriesContext(connection) as asked:
        push()
    assert len(asked) == 1


@pytest.mark.parametrize("changes", [{}, *OTHERS])
def test_what_comes_back_is_what_was_stored(push, changes):
    created = push()
    session = push(**changes)
    assert state(session) == state(WizardSession.objects.get(pk=created.pk))
    assert {name: getattr(session, name) for name in STATE} == {**STATE, **changes}
    assert (session.revision, session.created_at) == (2, created.created_at)
    assert session.updated_at > created.updated_at


@pytest.mark.parametrize("changes", [{}, *OTHERS])
def test_it_stores_what_other_databases_store_in_two_queries(push, changes, monkeypatch):
    push(run_phase="idle")
    at_once = push(**changes)
    monkeypatch.setattr(postgresql, "replace", lambda *_: None)
    otherwise = push(**changes)
    its_own = {"updated_at": at_once.updated_at, "revision": 2}
    assert {**state(otherwise), **its_own} == state(at_once)


def test_it_tells_the_phase_that_it_replaced(push):
    phases = ["idle", "running", "running", "error"]
    assert [push(run_phase=phase).previous_phase for phase in phases] == [None, *phases[:-1]]


def test_no_other_session_is_touched(push, project):
    other = WizardSession.objects.upsert(project=project, session_id="other", **STATE)
    push()
    push(skill_id="changed")
    assert state(WizardSession.objects.get(pk=other.pk)) == state(other)


def test_a_push_that_waited_for_the_row_does_not_set_the_time_back(push, monkeypatch):
    later = push().updated_at
    monkeypatch.setattr(timezone, "now", lambda: later - timedelta(seconds=1))
    assert push().updated_at == later


class TestCreators:
    @pytest.fixture(autouse=True)
    def rule(self, configure_wizard_sessions):
        configure_wizard_sessions(ONLY_CREATOR_MAY_REPLACE=True)

    def test_who_created_a_session_replaces_it_in_one_query(self, push):
        push(created_by="1")
        with CaptureQueriesContext(connection) as asked:
            assert push(created_by="1").revision == 2
        assert len(asked) == 1

    @pytest.mark.parametrize("other", ["2", ""])
    def test_another_may_not(self, push, other):
        stored = push(created_by="1")
        with pytest.raises(PermissionDenied):
            push(created_by=other, run_phase="error")
        assert state(WizardSession.objects.get(pk=stored.pk)) == state(stored)


class TestFeeds:
    """What all of them may not know is asked for together."""

    # What an array's text would have to quote.
    NAMES = ("plain", "NULL", "a,b", "{a}", 'a"b', "it's", "back\\slash", "100 %s", " ", "Größe")

    @pytest.fixture
    def feed(self, project):
        def feed(workflow_id, skill_id="", session=None):
            return Feed(Grant(project.pk, workflow_id, skill_id, "comment", session=session))

        return feed

    @pytest.fixture
    def stored(self, project):
        """One for each name, as workflow and as skill."""
        return {
            name: WizardSession.objects.upsert(
                project=project, session_id=name, **{**STATE, "workflow_id": name, "skill_id": name}
            )
            for name in self.NAMES
        }

    def test_each_is_told_of_its_own_sessions_whatever_they_are_called(self, feed, stored):
        feeds = [
            feed_of
            for name, session in stored.items()
            for feed_of in (feed(name), feed(name, name), feed(name, session=session.pk))
        ]
        expected = [
            {session.pk: session.version} for session in stored.values() for _kind in range(3)
        ]
        assert queries.versions([*feeds, feed("unknown")]) == [*expected, {}]

    def test_those_of_a_chunk_share_a_query(self, feed, monkeypatch):
        monkeypatch.setattr(queries, "LATERAL_CHUNK", 4)
        feeds = [feed(f"workflow-{number}") for number in range(9)]
        with CaptureQueriesContext(connection) as asked:
            assert len(queries.fingerprints(feeds)) == 9
        assert len(asked) == 3
