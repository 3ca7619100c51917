from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone

from django_wizard_sessions.models import WizardSession
from tests.factories import a_stored_session, a_task

LIST = "admin:wizard_sessions_wizardsession_changelist"
CHANGE = "admin:wizard_sessions_wizardsession_change"

pytestmark = pytest.mark.django_db


@pytest.fixture
def shown(admin_client):
    """What a page of the list has of each session, by its id."""

    def shown(**query):
        page = admin_client.get(reverse(LIST), query)
        assert page.status_code == 200
        return {session.session_id for session in page.context["cl"].result_list}

    return shown


@pytest.fixture
def stale(project):
    session = a_stored_session(project, "stale")
    long_ago = timezone.now() - timedelta(hours=2)
    WizardSession.objects.filter(pk=session.pk).update(updated_at=long_ago)
    return session


def test_the_list_says_how_far_each_run_is_and_for_how_long_it_was_silent(
    admin_client, project, stale
):
    tasks = [a_task(status="completed"), a_task(id="1", status="failed")]
    a_stored_session(project, "half", tasks=tasks)
    page = admin_client.get(reverse(LIST)).content.decode()
    for text in ("Running, stale", "1 of 2", "0 of 0", "2\xa0hours ago", "Alice&#x27;s shop"):
        assert text in page


def test_it_is_filtered_by_phase_and_staleness(shown, project, stale):
    a_stored_session(project, "fresh")
    a_stored_session(project, "done", run_phase="completed")
    assert shown(stale="yes") == {"stale"}
    assert shown(stale="no") == {"fresh", "done"}
    assert shown(run_phase__exact="completed") == {"done"}


def test_it_is_searched_by_the_ids_of_session_workflow_and_skill(shown, project):
    a_stored_session(project, "one", workflow_id="integration", skill_id="django")
    a_stored_session(project, "other", workflow_id="audit", skill_id="flask")
    assert [shown(q=text) for text in ("one", "audit", "django")] == [{"one"}, {"other"}, {"one"}]


def test_it_takes_the_same_number_of_queries_however_many_there_are(
    admin_client, project, django_assert_max_num_queries
):
    for number in range(20):
        a_stored_session(project, f"run-{number}")
    with django_assert_max_num_queries(5):  # session, user, two counts, the page
        admin_client.get(reverse(LIST))


def test_a_session_is_shown_with_all_of_it_and_nothing_can_be_changed(admin_client, project):
    session = a_stored_session(project, error={"message": "It broke"})
    url = reverse(CHANGE, args=[session.pk])
    page = admin_client.get(url).content.decode()
    assert "It broke" in page
    assert 'name="_save"' not in page
    assert admin_client.post(url, {"run_phase": "completed"}).status_code == 403
    assert admin_client.get(reverse(f"{LIST[:-10]}add")).status_code == 403


def test_a_hostile_push_is_shown_as_text(admin_client, project):
    hostile = "<img src=x onerror=alert(1)>"
    changes = {"error": {hostile: hostile}, "tasks": [a_task(title=hostile)], "skill_id": hostile}
    session = a_stored_session(project, hostile, workflow_id=hostile, **changes)
    for url in (reverse(LIST), reverse(CHANGE, args=[session.pk])):
        page = admin_client.get(url).content.decode()
        assert "&lt;img" in page
        assert "<img src=x" not in page


def test_it_links_to_the_hosts_page_that_shows_it_live(admin_client, project, monkeypatch):
    def address(session):
        return f"/runs/{session.session_id}/"

    # As ABSOLUTE_URL_OVERRIDES does when Django starts.
    monkeypatch.setattr(WizardSession, "get_absolute_url", address, raising=False)
    session = a_stored_session(project)
    page = admin_client.get(reverse(CHANGE, args=[session.pk]))
    link = page.context["absolute_url"]
    assert admin_client.get(link)["Location"].endswith("/runs/run-1/")


def test_who_may_not_view_sessions_does_not(client):
    staff = get_user_model().objects.create_user("staff", is_staff=True)
    client.force_login(staff)
    assert client.get(reverse(LIST)).status_code == 403
