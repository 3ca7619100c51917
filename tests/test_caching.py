from datetime import timedelta

import pytest
from django.utils import timezone

from django_wizard_sessions import serializers
from django_wizard_sessions.models import WizardSession
from tests.factories import WORKFLOW, a_push

pytestmark = pytest.mark.django_db


@pytest.fixture
def sessions(client, user, project):
    client.force_login(user)
    return f"/projects/{project.pk}/sessions/"


@pytest.fixture
def push(client, sessions):
    def push(**changes):
        return client.post(sessions, a_push(**changes), content_type="application/json")

    return push


@pytest.fixture(params=["run-1/", f"latest/?workflow_id={WORKFLOW}"], ids=["by id", "latest"])
def get(request, client, sessions, push):
    push()

    def get(**headers):
        return client.get(sessions + request.param, headers=headers)

    return get


def test_a_session_that_the_client_has_is_304_and_not_even_serialised(get, monkeypatch):
    etag = get()["ETag"]
    monkeypatch.setattr(serializers.WizardSessionSerializer, "to_representation", None)
    answer = get(if_none_match=etag)
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer["ETag"] == etag
    assert answer["Cache-Control"] == "private, no-cache"


def test_a_push_makes_another_one_of_it(get, push):
    etag = get()["ETag"]
    push(run_phase="completed")
    answer = get(if_none_match=etag)
    assert answer.status_code == 200
    assert answer["ETag"] != etag


def test_so_does_its_going_stale(get):
    etag = get()["ETag"]
    long_ago = timezone.now() - timedelta(minutes=11)
    WizardSession.objects.update(updated_at=long_ago)
    assert get(if_none_match=etag).json()["is_stale"] is True


def test_two_sessions_never_share_one(client, sessions, push):
    for session_id in ("run-1", "run-2"):
        push(session_id=session_id)
    one, other = (client.get(f"{sessions}{run}/")["ETag"] for run in ("run-1", "run-2"))
    assert one != other


@pytest.mark.parametrize("value", ["*", 'W/{etag}, "other"', '"other", {etag}'])
def test_every_form_of_the_header_is_understood(get, value):
    assert get(if_none_match=value.replace("{etag}", get()["ETag"])).status_code == 304


@pytest.mark.parametrize("value", ["", "nonsense", '"', '"other"', "W/", "\x01"])
def test_what_names_another_one_or_none_is_answered_in_full(get, value):
    assert get(if_none_match=value).status_code == 200


@pytest.mark.parametrize("path", ["", "run-1/", f"latest/?workflow_id={WORKFLOW}", "missing/"])
def test_no_cache_that_others_share_may_keep_an_answer(client, sessions, push, path):
    push()
    answer = client.get(sessions + path)
    assert answer["Cache-Control"] == "private, no-cache"
    assert {"Authorization", "Cookie"} <= set(answer["Vary"].split(", "))


def test_a_cache_of_the_hosts_whole_site_keeps_nothing(client, sessions, push, settings):
    settings.MIDDLEWARE = [
        "django.middleware.cache.UpdateCacheMiddleware",
        *settings.MIDDLEWARE,
        "django.middleware.cache.FetchFromCacheMiddleware",
    ]
    for phase in ("running", "completed"):
        push(run_phase=phase)
        assert client.get(f"{sessions}run-1/").json()["run_phase"] == phase


def test_no_cache_keeps_a_stream_switched_off(client, sessions, configure_wizard_sessions):
    configure_wizard_sessions(STREAMS_ENABLED=False)
    answer = client.get(f"{sessions}stream/?workflow_id=w")
    assert answer.status_code == 204
    assert "no-store" in answer["Cache-Control"]
