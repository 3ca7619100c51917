import sys

import pytest
from django.conf import settings as django_settings
from django.test import Client
from rest_framework.settings import api_settings

from django_wizard_sessions.views import WizardSessionViewSet

from . import documented
from .transports import WAYS

SETTINGS = "tests.integrations.settings"

# The tests of the packages need more apps than the other tests' host has: the one test that is left
# runs them.
collect_ignore = (
    ["test_in_a_process_of_their_own.py"]
    if django_settings.SETTINGS_MODULE == SETTINGS
    else ["test_permissions.py", "test_tokens.py"]
)


@pytest.fixture
def follow_the_docs(settings, monkeypatch):
    """Makes the tests' host one that did what a section of the docs says."""

    def follow_the_docs(section):
        for file in documented.sections()[section]:
            if file != "settings.py":
                made = documented.module(section, file)
                monkeypatch.setitem(sys.modules, documented.module_name(file), made)
        for name, value in documented.changed_settings(section).items():
            setattr(settings, name, value)
        # DRF reads this one when the class of a view is made, which was long ago.
        authentication = api_settings.DEFAULT_AUTHENTICATION_CLASSES
        monkeypatch.setattr(WizardSessionViewSet, "authentication_classes", authentication)

    return follow_the_docs


@pytest.fixture
def soon_asked_again(configure_wizard_sessions):
    """Whether a stream is still allowed, within a tenth of a second."""
    configure_wizard_sessions(STREAM_REAUTHORIZE_INTERVAL=0.1)


@pytest.fixture(params=WAYS)
def ask(request):
    """REST or the stream: ``ask(project_id, headers)``."""
    return WAYS[request.param]


@pytest.fixture
def cookie(user):
    """The headers of a browser in which the user is logged in."""
    return log_in(user)


def log_in(user):
    client = Client()
    client.force_login(user)
    return {"Cookie": f"sessionid={client.cookies['sessionid'].value}"}
