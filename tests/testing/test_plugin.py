"""The fixtures that every project has which has the package and pytest."""

import subprocess
import sys

import pytest
from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.core.exceptions import ImproperlyConfigured

from django_wizard_sessions.conf import get_settings
from tests.example import inherited_environment


def run(*arguments, folder, **environment):
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**inherited_environment(), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_project_without_django_loads_none_of_it(tmp_path):
    (tmp_path / "test_plain.py").write_text(
        "import sys\n\n"
        "def test_plain(pytestconfig):\n"
        "    assert pytestconfig.pluginmanager.has_plugin('wizard_sessions')\n"
        "    roots = {name.partition('.')[0] for name in sys.modules}\n"
        "    assert not roots & {'django', 'channels', 'rest_framework', 'asgiref'}\n"
    )
    # The plugin alone, by its entry point: other people's would load Django.
    command = ("-m", "pytest", "-q", "-W", "error", "-p", "wizard_sessions")
    assert "1 passed" in run(*command, folder=tmp_path, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")


def test_what_hosts_import_needs_neither_pytest_nor_settings(tmp_path):
    script = (
        "import sys; sys.modules['pytest'] = None; "
        "from django_wizard_sessions.testing import a_push, a_stored_session, open_stream; "
        "a_push()"
    )
    run("-c", script, folder=tmp_path)


def test_keys_of_the_setting_are_changed_and_the_others_kept(configure_wizard_sessions):
    before = get_settings()
    configure_wizard_sessions(STALE_AFTER=7)
    configure_wizard_sessions(RETENTION=8)
    after = get_settings()
    assert (after.STALE_AFTER, after.RETENTION) == (7, 8)
    assert after.PROJECT_MODEL == before.PROJECT_MODEL


def test_a_key_that_does_not_exist_is_told(configure_wizard_sessions):
    configure_wizard_sessions(STALE=7)
    with pytest.raises(ImproperlyConfigured, match="no setting 'STALE'"):
        get_settings()


@pytest.fixture
def a_layer_that_is_not_there(settings):
    nowhere = {"hosts": ["redis://127.0.0.1:1"]}
    layer = {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": nowhere}
    settings.CHANNEL_LAYERS = {"default": layer}


def test_a_stream_needs_no_redis(a_layer_that_is_not_there, open_wizard_stream):
    assert isinstance(get_channel_layer(), InMemoryChannelLayer)


def test_a_host_without_an_asgi_application_is_told(settings, request):
    settings.ASGI_APPLICATION = None
    with pytest.raises(ImproperlyConfigured, match="ASGI_APPLICATION"):
        request.getfixturevalue("open_wizard_stream")
