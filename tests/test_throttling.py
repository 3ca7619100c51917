"""DRF's own throttles, by the action's name."""

import pytest
from django.core.cache import cache
from rest_framework.throttling import ScopedRateThrottle

from django_wizard_sessions.views import WizardSessionViewSet
from tests.factories import a_push

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def throttled(monkeypatch):
    """One push and two lists a minute; of anything else, as many as you like."""
    rates = {"wizard_sessions.create": "1/min", "wizard_sessions.list": "2/min"}
    monkeypatch.setattr(ScopedRateThrottle, "THROTTLE_RATES", rates)
    monkeypatch.setattr(WizardSessionViewSet, "throttle_classes", [ScopedRateThrottle])
    cache.clear()


@pytest.fixture
def sessions(client, user, project):
    client.force_login(user)
    return f"/projects/{project.pk}/sessions/"


def test_each_action_has_a_rate_of_its_own(client, sessions):
    def push():
        return client.post(sessions, a_push(), content_type="application/json")

    assert [push().status_code for _ in range(2)] == [201, 429]
    assert [client.get(sessions).status_code for _ in range(3)] == [200, 200, 429]


def test_it_says_when_to_come_back(client, sessions):
    answers = [client.get(sessions) for _ in range(3)]
    assert 0 < int(answers[-1]["Retry-After"]) <= 60


def test_an_action_without_a_rate_is_not_throttled(client, sessions):
    answers = [client.get(f"{sessions}missing/") for _ in range(5)]
    assert {answer.status_code for answer in answers} == {404}
