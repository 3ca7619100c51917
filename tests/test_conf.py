import pytest
from django.core.exceptions import ImproperlyConfigured

from django_wizard_sessions.conf import get_settings


@pytest.fixture
def given(settings):
    def give(**changes):
        settings.WIZARD_SESSIONS = {"PROJECT_MODEL": "host.Project", **changes}

    return give


def test_defaults_are_those_of_the_contract(given):
    given()
    current = get_settings()
    assert current.STALE_AFTER == 600
    assert current.STREAM_MAX_DURATION == 1800
    assert current.STREAM_HEARTBEAT_INTERVAL == 15


def test_an_override_is_seen_at_once(given):
    given(STALE_AFTER=0.5)
    assert get_settings().STALE_AFTER == 0.5


def test_a_missing_project_model_is_named_with_an_example(settings):
    settings.WIZARD_SESSIONS = {}
    with pytest.raises(ImproperlyConfigured, match=r"PROJECT_MODEL.*'projects\.Project'"):
        get_settings()


def test_an_unknown_setting_is_named_with_those_there_are(given):
    given(STALE_AFTR=1)
    with pytest.raises(ImproperlyConfigured, match=r"no setting 'STALE_AFTR'.*STALE_AFTER"):
        get_settings()


@pytest.mark.parametrize("value", [0, -1, "600", None, True, float("nan")])
@pytest.mark.parametrize("name", ["STALE_AFTER", "STREAM_MAX_DURATION"])
def test_a_duration_is_a_number_of_seconds_above_0(given, name, value):
    given(**{name: value})
    with pytest.raises(ImproperlyConfigured, match=name):
        get_settings()


def test_a_host_without_time_zones_is_told(settings):
    settings.USE_TZ = False
    with pytest.raises(ImproperlyConfigured, match="USE_TZ = True"):
        get_settings()


@pytest.mark.parametrize("value", ["Project", "", None, "a.b.Project"])
def test_the_project_model_is_an_app_label_and_a_name(settings, value):
    settings.WIZARD_SESSIONS = {"PROJECT_MODEL": value}
    with pytest.raises(ImproperlyConfigured, match=r"app_label\.Model"):
        get_settings()


@pytest.mark.parametrize("value", [[], (), "rest_framework.permissions.AllowAny"])
def test_permission_classes_are_a_list_of_at_least_one(given, value):
    given(PERMISSION_CLASSES=value)
    with pytest.raises(ImproperlyConfigured, match="PERMISSION_CLASSES"):
        get_settings()
