"""Each check in a host that has the mistake, and in one that has not."""

import os
import re
import subprocess
import sys

import pytest
from django.core.checks import run_checks
from django.db import connection
from rest_framework.settings import api_settings

from django_wizard_sessions import checks, routing
from tests.example import ROOT, inherited_environment


@pytest.fixture
def found():
    def found(check):
        return [(message.id, message.msg) for message in check()]

    return found


@pytest.mark.django_db
def test_this_host_has_no_mistake():
    ours = [message for message in run_checks() if str(message.id).startswith("wizard_sessions")]
    assert ours == []


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({}, "PROJECT_MODEL"),
        ({"PROJECT_MODEL": "Project"}, "PROJECT_MODEL"),
        ({"PROJECT_MODEL": "host.Project", "STALE_AFTR": 1}, "STALE_AFTR"),
        ({"PROJECT_MODEL": "host.Project", "STALE_AFTER": "soon"}, "STALE_AFTER"),
        ({"PROJECT_MODEL": "host.Project", "PERMISSION_CLASSES": []}, "PERMISSION_CLASSES"),
        ({"PROJECT_MODEL": "host.Project", "ONLY_CREATOR_MAY_REPLACE": 1}, "ONLY_CREATOR"),
        (["host.Project"], "dictionary"),
    ],
)
def test_a_wrong_setting_is_named(settings, found, given, named):
    settings.WIZARD_SESSIONS = given
    [(number, message)] = found(checks.check_settings)
    assert number == "wizard_sessions.E001"
    assert named in message


def test_a_project_model_that_is_not_installed_is_named(settings, found):
    settings.WIZARD_SESSIONS = {"PROJECT_MODEL": "projects.Nothing"}
    [(number, message)] = found(checks.check_settings)
    assert number == "wizard_sessions.E002"
    assert "projects.Nothing" in message


@pytest.mark.parametrize(
    "given",
    [
        {"PERMISSION_CLASSES": ["nowhere.IsMember"]},
        {"SERIALIZER_CLASS": "tests.host.serializers.Missing"},
        {"STREAMS_ENABLED": "nowhere.flag"},
    ],
)
def test_a_dotted_path_that_leads_nowhere_is_named(settings, found, given):
    settings.WIZARD_SESSIONS = {"PROJECT_MODEL": "host.Project", **given}
    [(number, message)] = found(checks.check_settings)
    assert number == "wizard_sessions.E003"
    assert next(iter(given)) in message


@pytest.mark.parametrize(("interval", "is_told"), [(15, False), (40, False), (40.5, True)])
def test_heartbeats_that_are_too_far_apart_for_a_page_are_told(settings, found, interval, is_told):
    changes = {"STREAM_HEARTBEAT_INTERVAL": interval}
    settings.WIZARD_SESSIONS = {**settings.WIZARD_SESSIONS, **changes}
    numbers = [number for number, _ in found(checks.check_settings)]
    assert numbers == ["wizard_sessions.W008"] * is_told


def test_a_page_is_as_patient_as_the_check_says():
    source = (ROOT / "frontend" / "src" / "connection.js").read_text(encoding="utf-8")
    [silence] = re.findall(r"^export const SILENCE = ([\d_]+);", source, re.MULTILINE)
    assert int(silence) == checks.SILENCE * 1000


def test_api_keys_that_are_used_must_be_installed(settings, found):
    assert found(checks.check_api_keys) == []
    apps = [app for app in settings.INSTALLED_APPS if not app.endswith("api_keys")]
    settings.INSTALLED_APPS = apps
    [(number, _)] = found(checks.check_api_keys)
    assert number == "wizard_sessions.E004"
    settings.REST_FRAMEWORK = {}
    assert api_settings.DEFAULT_AUTHENTICATION_CLASSES
    assert found(checks.check_api_keys) == []


def test_a_stream_that_is_not_mounted_is_told(monkeypatch, settings, found):
    assert found(checks.check_stream_is_mounted) == []
    monkeypatch.setattr(routing, "_mounted", set())
    [(number, _)] = found(checks.check_stream_is_mounted)
    assert number == "wizard_sessions.W005"
    settings.ASGI_APPLICATION = "nowhere.application"
    [(_, message)] = found(checks.check_stream_is_mounted)
    assert "nowhere" in message


@pytest.mark.parametrize(
    ("backend", "is_told"),
    [
        (None, True),
        ("channels.layers.InMemoryChannelLayer", True),
        ("channels_redis.pubsub.RedisPubSubChannelLayer", False),
        ("channels_redis.core.RedisChannelLayer", False),
    ],
)
def test_a_deployment_whose_processes_are_strangers_is_told(settings, found, backend, is_told):
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": backend}} if backend else {}
    numbers = [number for number, _ in found(checks.check_channel_layer)]
    assert numbers == ["wizard_sessions.W006"] * is_told


@pytest.mark.parametrize(
    "check",
    [
        checks.check_api_keys,
        checks.check_stream_is_mounted,
        checks.check_channel_layer,
        checks.check_connections,
    ],
)
def test_a_wrong_setting_keeps_no_other_check_from_its_work(settings, check):
    settings.WIZARD_SESSIONS = {}
    assert isinstance(check(), list)


def test_connections_that_are_kept_under_asgi_are_told(settings, monkeypatch, found):
    assert found(checks.check_connections) == []
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 60)
    [(number, message)] = found(checks.check_connections)
    assert (number, "default" in message) == ("wizard_sessions.W007", True)
    settings.ASGI_APPLICATION = None
    assert found(checks.check_connections) == []


def test_every_check_has_a_hint_and_a_number_of_its_own(settings, monkeypatch):
    """Of all those that this module provokes."""
    monkeypatch.setattr(routing, "_mounted", set())
    settings.WIZARD_SESSIONS = {}
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 60)
    messages = [*checks.check_settings(), *checks.check_connections()]
    changes = {"STREAMS_ENABLED": "a.b", "STREAM_HEARTBEAT_INTERVAL": 60}
    settings.WIZARD_SESSIONS = {"PROJECT_MODEL": "a.B", **changes}
    messages += [*checks.check_settings(), *checks.check_stream_is_mounted()]
    messages += checks.check_channel_layer()
    assert all(message.hint for message in messages)
    assert len({message.id for message in messages}) == len(messages)


def test_a_host_without_the_setting_is_told_by_manage_py_and_not_by_a_traceback(tmp_path):
    (tmp_path / "bare.py").write_text(
        "from tests.host.settings import *\n"
        "INSTALLED_APPS.remove('django_wizard_sessions.api_keys')\n"
        "INSTALLED_APPS.remove('tests.host')\n"
        "ROOT_URLCONF, WIZARD_SESSIONS = 'bare', {}\n"
        "urlpatterns = []\n"
    )
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-m", "django", "check", "--settings", "bare"],
        env={**inherited_environment(), "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "(wizard_sessions.E001) WIZARD_SESSIONS['PROJECT_MODEL'] is required" in done.stderr
    assert "Traceback" not in done.stderr
