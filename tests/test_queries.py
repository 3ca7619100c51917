from datetime import timedelta

import pytest
from django.utils import timezone

from django_wizard_sessions import queries
from django_wizard_sessions.feeds import NEWEST, Feed
from django_wizard_sessions.grants import Grant
from django_wizard_sessions.models import Version, WizardSession
from tests.factories import SKILL, WORKFLOW, a_stored_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def feed(project):
    return Feed(Grant(project.pk, WORKFLOW, "", "comment"))


@pytest.fixture
def push(project):
    def push(session_id="run-1", **changes):
        return a_stored_session(project, session_id, **changes)

    return push


def fall_silent(session):
    WizardSession.objects.filter(pk=session.pk).update(
        updated_at=timezone.now() - timedelta(seconds=601)
    )


def test_however_many_feeds_there_are_it_is_one_query(project, push, django_assert_num_queries):
    feeds = [Feed(Grant(project.pk, f"workflow-{number}", "", "comment")) for number in range(100)]
    push(workflow_id="workflow-7")
    with django_assert_num_queries(1):
        fingerprints = queries.fingerprints(feeds)
    assert [any(fingerprint) for fingerprint in fingerprints].index(True) == 7
    assert len(fingerprints) == 100


def test_a_feed_beyond_the_chunk_is_read_by_another_query(project, push, django_assert_num_queries):
    feeds = [Feed(Grant(project.pk, f"workflow-{number}", "", "comment")) for number in range(101)]
    push(workflow_id="workflow-100")
    with django_assert_num_queries(2):
        assert any(queries.fingerprints(feeds)[100])
    assert queries.versions(feeds)[100]


def test_without_a_feed_nothing_is_asked(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert queries.fingerprints([]) == []


class TestFingerprint:
    @pytest.fixture(autouse=True)
    def sessions(self, push):
        self.first, self.second = push("run-1"), push("run-2", run_phase="completed")

    @pytest.fixture
    def assert_another(self, feed):
        [before] = queries.fingerprints([feed])
        yield
        [after] = queries.fingerprints([feed])
        assert after != before

    @pytest.mark.usefixtures("assert_another")
    def test_is_another_after_a_push(self, push):
        push("run-1")

    @pytest.mark.usefixtures("assert_another")
    def test_is_another_after_a_new_session(self, push):
        push("run-3")

    @pytest.mark.usefixtures("assert_another")
    def test_is_another_after_a_deletion(self):
        self.second.delete()

    @pytest.mark.usefixtures("assert_another")
    def test_is_another_when_a_session_went_stale(self):
        fall_silent(self.first)

    @pytest.mark.usefixtures("assert_another")
    def test_is_another_when_one_came_and_one_went(self, push):
        self.second.delete()
        push("run-3")

    def test_is_the_same_while_nothing_changes(self, feed, push):
        before = queries.fingerprints([feed])
        push("other", workflow_id="other")
        fall_silent(self.second)  # it ended: that is no news
        assert queries.fingerprints([feed]) == before


def test_the_versions_are_those_of_the_newest_sessions(project, push, feed):
    pushed = [
        push(f"run-{number}", started_at=f"2026-11-24T00:{number:02}:00Z").pk
        for number in range(NEWEST + 2)
    ]
    [versions] = queries.versions([feed])
    assert set(versions) == set(pushed[2:])


def test_a_version_tells_what_is_stale(push, feed):
    one, other = push("run-1"), push("run-2")
    fall_silent(one)
    push("run-2")
    assert queries.versions([feed]) == [
        {one.pk: Version(1, is_stale=True), other.pk: Version(2, is_stale=False)}
    ]


def test_a_skill_is_told_from_another(project, push):
    narrow = Feed(Grant(project.pk, WORKFLOW, SKILL, "comment"))
    mine = push("run-1")
    push("run-2", skill_id="other")
    assert queries.versions([narrow]) == [{mine.pk: mine.version}]


def test_frames_come_in_the_order_in_which_their_sessions_were_pushed(push):
    one, other = push("run-1"), push("run-2")
    push("run-1")
    frames = [frame.session for _, frame in queries.frames({one.pk, other.pk})]
    assert frames == [other.pk, one.pk]
