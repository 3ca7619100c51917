"""What a host may change without patching: the hosts are in ``tests/host``, and in the docs."""

import json

import pytest
from asgiref.sync import sync_to_async
from django.core.cache import cache
from rest_framework.throttling import ScopedRateThrottle

from django_wizard_sessions import broadcast
from django_wizard_sessions.grants import Grant
from django_wizard_sessions.models import WizardSession
from tests.factories import WORKFLOW, a_push
from tests.host.models import RunExtras, Team
from tests.hubs import reconcile, subscribed


def push(client, url, **changes):
    return client.post(url, a_push(**changes), content_type="application/json")


@pytest.mark.django_db
class TestSubclassedViewSet:
    @pytest.fixture(autouse=True)
    def team(self, project):
        return Team.objects.create(slug="a-team", project=project)

    @pytest.fixture
    def member(self, client, user):
        client.force_login(user)
        return client

    def test_the_project_is_looked_up_by_the_hosts_own_hook(self, member, project):
        answer = push(member, "/by-slug/a-team/sessions/")
        assert (answer.status_code, answer.json()["team_id"]) == (201, project.pk)
        assert member.get("/by-slug/a-team/sessions/run-1/").status_code == 200

    def test_a_foreign_project_and_a_missing_one_are_the_same_404(
        self, client, django_user_model, team
    ):
        client.force_login(django_user_model.objects.create_user("bob"))
        foreign, missing = (
            client.get(f"/by-slug/{slug}/sessions/") for slug in (team.slug, "missing")
        )
        assert foreign.status_code == missing.status_code == 404
        assert foreign.content == missing.content

    def test_its_queryset_says_which_sessions_there_are(self, member):
        push(member, "/by-slug/a-team/sessions/", session_id="hidden", skill_id="internal")
        push(member, "/by-slug/a-team/sessions/", session_id="shown")
        assert member.get("/by-slug/a-team/sessions/hidden/").status_code == 404
        page = member.get("/by-slug/a-team/sessions/").json()
        assert [session["session_id"] for session in page["results"]] == ["shown"]

    def test_its_throttle_holds_for_it_alone(self, member, project, monkeypatch):
        monkeypatch.setattr(ScopedRateThrottle, "THROTTLE_RATES", {"wizard_sessions.list": "1/min"})
        cache.clear()
        for url, second in [("/by-slug/a-team/", 429), (f"/projects/{project.pk}/", 200)]:
            assert [member.get(f"{url}sessions/").status_code for _ in range(2)] == [200, second]


@pytest.mark.django_db(transaction=True)
class TestSerializerWithMoreFields:
    MORE = {"pending_input": {"question": "Which region?"}, "handoff_text": "Over to you"}

    @pytest.fixture(autouse=True)
    def serializer_class(self, configure_wizard_sessions):
        configure_wizard_sessions(SERIALIZER_CLASS="tests.host.serializers.RunSerializer")

    @pytest.fixture
    def sessions(self, client, user, project):
        client.force_login(user)
        return f"/projects/{project.pk}/sessions/"

    def test_they_are_stored_and_answered(self, client, sessions):
        pushed = push(client, sessions, **self.MORE)
        assert pushed.status_code == 201
        for path in ("run-1/", f"latest/?workflow_id={WORKFLOW}"):
            answer = client.get(sessions + path)
            assert answer.content == pushed.content
            assert answer.json().items() >= self.MORE.items()

    def test_they_are_replaced_like_all_of_it(self, client, sessions):
        push(client, sessions, **self.MORE)
        answer = push(client, sessions).json()
        assert (answer["pending_input"], answer["handoff_text"]) == (None, "")
        assert RunExtras.objects.count() == 1

    def test_a_wrong_one_is_an_error_of_its_field(self, client, sessions):
        answer = push(client, sessions, pending_input=["not", "an", "object"])
        assert answer.status_code == 400
        assert set(answer.json()) == {"pending_input"}
        assert not WizardSession.objects.exists()

    @pytest.mark.parametrize("is_lost", [False, True])
    async def test_they_are_streamed(self, client, sessions, project, monkeypatch, is_lost):
        if is_lost:
            monkeypatch.setattr(broadcast, "publish", lambda session: None)
        seen = []
        for text in ("first", "then"):
            async with subscribed(Grant(project.pk, WORKFLOW, "", "comment")) as stream:
                await stream.take(0.05)
                await sync_to_async(push)(client, sessions, **{**self.MORE, "handoff_text": text})
                await reconcile()
                seen.append(await stream.take(1))
        for frame, text in zip(seen, ("first", "then"), strict=True):
            data = json.loads(frame.partition(b"data: ")[2])
            assert data["handoff_text"] == text
            assert data["pending_input"] == self.MORE["pending_input"]
