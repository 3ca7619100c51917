"""The page of a session in the admin shows it live, to who may view it there."""

from types import ModuleType

import pytest
from asgiref.sync import sync_to_async
from channels.testing import HttpCommunicator
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.models import Permission
from django.core.handlers.asgi import ASGIHandler
from django.test import Client
from django.urls import path, reverse
from rest_framework.versioning import NamespaceVersioning
from rest_framework.views import APIView

from django_wizard_sessions import broadcast
from django_wizard_sessions.admin import WizardSessionAdmin
from django_wizard_sessions.api_keys.models import ApiKey
from django_wizard_sessions.models import WizardSession
from django_wizard_sessions.routing import mount_stream
from tests.factories import WORKFLOW, a_push, a_stored_session
from tests.host import urls


class OneVersion(NamespaceVersioning):
    """By the namespace of the URL, as the host's API has it and the admin has not."""

    allowed_versions = ("v1",)
    default_version = None


CHANGE = "wizard_sessions_wizardsession_change"

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(project):
    """Not the newest of its workflow."""
    session = a_stored_session(project, "run:1")
    a_stored_session(project, "later", started_at="2026-11-25T00:00:00Z", run_phase="completed")
    return session


@pytest.fixture
def live(session):
    return f"/admin/wizard_sessions/wizardsession/{session.pk}/live/sessions/"


@pytest.fixture
def staff(client, django_user_model):
    """Logged in, and without any permission."""
    staff = django_user_model.objects.create_user("staff", is_staff=True)
    client.force_login(staff)
    return staff


@pytest.fixture
def viewer(staff):
    """Who may view sessions in the admin, and is no member of any project."""
    staff.user_permissions.add(Permission.objects.get(codename="view_wizardsession"))
    return staff


@pytest.fixture
def site(settings):
    """Registers a host's own class at a site of the host's own, below ``/staff/``."""

    def site(model_admin, site_class=AdminSite):
        site = site_class(name="staff")
        site.register(WizardSession, model_admin)
        urlconf = ModuleType("tests.host.urls_with_a_site")
        vars(urlconf)["urlpatterns"] = [path("staff/", site.urls), *urls.urlpatterns]
        settings.ROOT_URLCONF = urlconf

    return site


def page_of(client, session, site="admin"):
    answer = client.get(reverse(f"admin:{CHANGE}", args=[session.pk], current_app=site))
    assert answer.status_code == 200
    return answer.content.decode()


class TestPage:
    def test_it_shows_the_session_at_once_and_pins_it(self, client, viewer, session, live):
        page = page_of(client, session)
        assert f'<wizard-session url="{live}" workflow="{WORKFLOW}" session="run:1">' in page
        assert '<p part="phase" role="status">Running</p>' in page

    def test_it_offers_no_other_runs(self, client, viewer, session):
        assert '<details part="runs" hidden>' in page_of(client, session)

    def test_at_another_site_it_asks_that_site(self, client, viewer, session, site):
        site(WizardSessionAdmin)
        page = page_of(client, session, "staff")
        url = f"/staff/wizard_sessions/wizardsession/{session.pk}/live/sessions/"
        assert f'url="{url}"' in page
        assert client.get(f"{url}latest/?workflow_id=w").status_code == 204

    def test_a_class_that_is_not_the_packages_has_its_page_without_it(
        self, client, viewer, session, site
    ):
        site(ModelAdmin)
        assert "<wizard-session" not in page_of(client, session, "staff")


class TestReading:
    @pytest.mark.parametrize("what", ["run:1/", f"latest/?workflow_id={WORKFLOW}"])
    def test_a_viewer_gets_the_session_of_the_page(self, client, viewer, live, what):
        assert client.get(live + what).json()["session_id"] == "run:1"

    @pytest.mark.parametrize("session_id", ["live", "sessions", "change"])
    def test_a_session_may_be_called_as_a_part_of_the_address(
        self, client, viewer, project, session_id
    ):
        session = a_stored_session(project, session_id)
        url = f"/admin/wizard_sessions/wizardsession/{session.pk}/live/sessions/{session_id}/"
        assert client.get(url).status_code == 200

    def test_a_viewer_gets_no_other_there(self, client, viewer, live):
        assert client.get(f"{live}later/").status_code == 404
        assert [one["session_id"] for one in client.get(live).json()["results"]] == ["run:1"]

    @pytest.mark.parametrize(
        "what", ["", "run:1/", "latest/?workflow_id=w", "stream/?workflow_id=w"]
    )
    def test_who_may_not_view_sessions_is_refused(self, client, staff, live, what):
        assert client.get(live + what).status_code == 403
        missing = live.replace("/live/", "9/live/")
        assert client.get(missing + what).status_code == 403

    def test_who_is_not_logged_in_is_refused(self, client, live):
        assert client.get(f"{live}run:1/").status_code == 401

    def test_a_member_who_is_no_staff_is_refused(self, client, user, live):
        client.force_login(user)
        assert client.get(f"{live}run:1/").status_code == 403

    def test_what_is_missing_is_a_404(self, client, viewer, live):
        for key in ("999", "none", "9" * 30):
            url = f"/admin/wizard_sessions/wizardsession/{key}/live/sessions/"
            assert client.get(url).status_code == 404

    @pytest.mark.parametrize("what", ["", "run:1/", "latest/", "stream/"])
    @pytest.mark.parametrize("verb", ["post", "put", "patch", "delete"])
    def test_no_verb_writes(self, client, viewer, live, verb, what):
        body = a_push("run:1", run_phase="completed")
        answer = getattr(client, verb)(live + what, body, content_type="application/json")
        assert answer.status_code == 405
        assert WizardSession.objects.get(session_id="run:1").run_phase == "running"

    def test_without_the_stream_in_front_it_says_so(self, client, viewer, live):
        assert client.get(f"{live}stream/?workflow_id={WORKFLOW}").status_code == 501


class TestTheHostsOwn:
    def test_permission_on_one_object_holds(self, client, viewer, session, site):
        class Admin(WizardSessionAdmin):
            def has_view_permission(self, request, obj=None):
                return obj is None or obj.session_id == "later"

        site(Admin)
        other = WizardSession.objects.get(session_id="later")
        urls = [
            f"/staff/wizard_sessions/wizardsession/{one.pk}/live/sessions/{one.session_id}/"
            for one in (session, other)
        ]
        assert [client.get(url).status_code for url in urls] == [403, 200]

    def test_demand_of_a_site_holds(self, client, viewer, session, site):
        class TwoFactorSite(AdminSite):
            def has_permission(self, request):
                return super().has_permission(request) and "second" in request.session

        site(WizardSessionAdmin, TwoFactorSite)
        url = f"/staff/wizard_sessions/wizardsession/{session.pk}/live/sessions/run:1/"
        assert client.get(url).status_code == 403
        browser = client.session
        browser["second"] = True
        browser.save()
        assert client.get(url).status_code == 200

    def test_serializer_is_used(self, client, viewer, live, settings):
        serializer = "tests.host.serializers.RunSerializer"
        settings.WIZARD_SESSIONS = {**settings.WIZARD_SESSIONS, "SERIALIZER_CLASS": serializer}
        assert "handoff_text" in client.get(f"{live}run:1/").json()

    def test_tokens_are_for_its_api_and_not_for_the_admin(self, client, viewer, live):
        client.logout()
        scopes = ["wizard_session:read"]
        _, key = ApiKey.objects.issue(user=viewer, scopes=scopes)
        answer = client.get(f"{live}run:1/", headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == 401

    def test_versions_are_of_its_api_and_not_of_the_admin(self, client, viewer, live, monkeypatch):
        monkeypatch.setattr(APIView, "versioning_class", OneVersion)
        assert client.get(f"{live}run:1/").status_code == 200


@pytest.mark.django_db(transaction=True)
class TestStream:
    @pytest.fixture
    def open_stream(self, live):
        def open_stream(user, query=f"workflow_id={WORKFLOW}"):
            browser = Client()
            browser.force_login(user)
            headers = [(b"cookie", f"sessionid={browser.cookies['sessionid'].value}".encode())]
            application = mount_stream(ASGIHandler())
            url = f"{live}stream/?{query}"
            client = HttpCommunicator(application, "GET", url, headers=headers)
            client.scope.setdefault("asgi", {"version": "3.0"})
            return client

        return sync_to_async(open_stream)

    async def test_a_viewer_follows_the_session_and_no_other(
        self, open_stream, viewer, project, session
    ):
        client = await open_stream(viewer, "workflow_id=whatever&skill_id=whatever")
        await client.send_input({"type": "http.request", "body": b"", "more_body": False})
        assert (await client.receive_output(timeout=5))["status"] == 200
        await client.receive_output(timeout=5)  # the opening
        assert b'"session_id":"run:1"' in (await client.receive_output(timeout=5))["body"]
        for session_id in ("later", "run:1"):
            await push(project, session_id, run_phase="error")
        body = (await client.receive_output(timeout=5))["body"]
        assert body.count(b"data:") == 1
        assert b'"session_id":"run:1"' in body
        await client.send_input({"type": "http.disconnect"})
        await client.wait(timeout=5)

    async def test_a_viewer_whose_permission_is_taken_away_follows_no_longer(
        self, open_stream, viewer, configure_wizard_sessions
    ):
        configure_wizard_sessions(STREAM_REAUTHORIZE_INTERVAL=0.1)
        client = await open_stream(viewer)
        await client.send_input({"type": "http.request", "body": b"", "more_body": False})
        assert (await client.receive_output(timeout=5))["status"] == 200
        await viewer.user_permissions.aclear()
        while (await client.receive_output(timeout=5)).get("more_body"):
            pass
        await client.wait(timeout=5)

    async def test_who_may_not_view_sessions_is_refused(self, open_stream, staff):
        client = await open_stream(staff)
        answer = await client.get_response(timeout=5)
        await client.wait(timeout=5)
        assert answer["status"] == 403


@sync_to_async
def push(project, session_id, **changes):
    broadcast.publish(a_stored_session(project, session_id, **changes))
