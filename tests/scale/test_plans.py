"""With a million sessions, PostgreSQL finds what is asked for by an index, in its order."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from django_wizard_sessions import queries
from django_wizard_sessions.cursors import Cursor
from django_wizard_sessions.feeds import Feed
from django_wizard_sessions.grants import Grant
from django_wizard_sessions.models import WizardSession
from django_wizard_sessions.pagination import WizardSessionPagination
from tests.factories import a_push

from .conftest import LARGEST, ORDINARY
from .plans import plans

pytestmark = pytest.mark.usefixtures("staff")

KEY = "Index Scan on wizard_sessions_wizardsession_pkey"
ID = "Index Scan on wizard_session_unique_in_project"
BY_PROJECT = "Index Scan on wizard_session_by_project"
BY_WORKFLOW = "Index Scan on wizard_session_by_workflow"
BY_SKILL = "Index Scan on wizard_session_by_skill"
BY_BOTH = "Index Scan on wizard_session_by_both"

PAGES = {
    "": BY_PROJECT,
    f"?limit={WizardSessionPagination.max_limit}": BY_PROJECT,
    f"?offset={WizardSessionPagination.max_offset}": BY_PROJECT,
    "?workflow_id=workflow-3": BY_WORKFLOW,
    "?skill_id=skill-7": BY_SKILL,
    "?workflow_id=workflow-3&skill_id=skill-7": BY_BOTH,
}
LATEST = {
    "latest/?workflow_id=workflow-3": BY_WORKFLOW,
    "latest/?workflow_id=workflow-3&skill_id=skill-7": BY_BOTH,
}
FEEDS = {("workflow-3", ""): BY_WORKFLOW, ("workflow-3", "skill-7"): BY_BOTH}
PROJECTS = (LARGEST, ORDINARY)


@pytest.fixture
def plans_of(staff):
    def plans_of(path, project=LARGEST):
        with plans() as found:
            assert staff.get(f"/projects/{project}/sessions/{path}").status_code == 200
        return found

    return plans_of


def a_feed(project, workflow_id="workflow-3", skill_id=""):
    return Feed(Grant(project, workflow_id, skill_id, "comment"))


def test_there_are_as_many_as_is_said():
    assert WizardSession.objects.count() == 1_000_000
    assert WizardSession.objects.filter(project=LARGEST).count() == 250_000
    assert 700 < WizardSession.objects.filter(project=ORDINARY).count() < 800


@pytest.mark.parametrize(("query", "index"), PAGES.items())
def test_a_page_is_read_in_the_order_of_an_index(plans_of, query, index):
    _count, page = plans_of(query)
    assert page == [index]


@pytest.mark.parametrize("query", PAGES)
def test_the_count_reads_an_index_and_no_row(plans_of, query):
    [how], _page = plans_of(query)
    assert how.startswith("Index Only Scan on wizard_session_")


@pytest.mark.parametrize("query", PAGES)
def test_a_page_of_a_project_like_most_reads_no_other_project(plans_of, query):
    """What is little more than the page, PostgreSQL may sort: the least of the work."""
    for steps in plans_of(query, ORDINARY):
        assert "Seq Scan" not in steps


@pytest.mark.parametrize("project", PROJECTS)
@pytest.mark.parametrize(("query", "index"), LATEST.items())
def test_the_latest_is_the_first_of_an_index(plans_of, query, index, project):
    assert plans_of(query, project) == [[index]]


def test_a_session_is_found_by_its_id(plans_of):
    assert plans_of("run-4000/") == [[ID]]


def test_a_push_finds_its_session_by_its_id_and_replaces_it_by_its_key(staff):
    url = f"/projects/{LARGEST}/sessions/"
    with plans() as found:
        staff.post(url, a_push("run-4000"), content_type="application/json")
    assert found == [[ID, KEY]]


@pytest.mark.parametrize("project", PROJECTS)
@pytest.mark.parametrize(("ids", "index"), FEEDS.items())
def test_the_first_event_of_a_stream_is_the_first_of_an_index(ids, index, project):
    feed = a_feed(project, *ids)
    with plans() as found:
        queries.versions([feed])
        queries.latest(feed)
    assert found == [[index], [index]]


def test_what_a_client_missed_is_read_in_the_order_of_an_index():
    feed = a_feed(LARGEST)
    cursor = Cursor("", timezone.now() - timedelta(hours=1), session=0, revision=0)
    with plans() as found:
        assert queries.changed_since(feed, {cursor})[cursor]
    assert found == [[BY_WORKFLOW], ["Sort", KEY]]  # the fifty that are newest, at most


@pytest.mark.parametrize(("skill_id", "index"), [("", BY_WORKFLOW), ("skill-7", BY_BOTH)])
def test_a_hundred_topics_are_reconciled_by_an_index_each(skill_id, index):
    feeds = [
        a_feed(project, f"workflow-{n}", skill_id) for project in range(1, 21) for n in range(5)
    ]
    with plans() as found:
        queries.fingerprints(feeds)
        queries.versions(feeds)
    assert found == [[index]] * 2  # in a loop over the topics, which is planned once


def test_topics_of_all_kinds_are_answered_together_as_each_by_itself():
    ids = [(), ("skill-7",), ("no-such-skill",)]
    feeds = [a_feed(project, "workflow-2", *skill) for project in PROJECTS for skill in ids]
    session = WizardSession.objects.filter(project=ORDINARY)[0]
    feeds += [Feed(Grant(ORDINARY, "workflow-2", "", "comment", session=session.pk))]
    for ask in (queries.fingerprints, queries.versions):
        together = ask(feeds)
        assert together == [found for feed in feeds for found in ask([feed])]
        assert len([found for found in together if found]) >= 5


@pytest.mark.parametrize("query", ["", "?p=1000", "?run_phase__exact=running", "?stale=yes"])
def test_a_page_of_the_admin_is_read_in_the_order_of_the_key(staff, query):
    with plans() as found:
        assert staff.get(f"/admin/wizard_sessions/wizardsession/{query}").status_code == 200
    assert found[1:] == [[KEY]]


def test_old_sessions_are_deleted_in_the_order_of_the_key():
    with plans() as found:
        call_command("prune_wizard_sessions", "--days", "288", verbosity=0)
    assert WizardSession.objects.count() < 1_000_000
    assert found[1:] == [[KEY]] * (len(found) - 1)
