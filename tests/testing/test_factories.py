import pytest
from rest_framework.exceptions import ValidationError

from django_wizard_sessions.models import WizardSession
from django_wizard_sessions.testing import a_stored_session
from tests.host.models import RunExtras

pytestmark = pytest.mark.django_db


def test_a_session_is_stored_as_the_hosts_own_serializer_does_it(
    configure_wizard_sessions, project
):
    configure_wizard_sessions(SERIALIZER_CLASS="tests.host.serializers.RunSerializer")
    a_stored_session(project, handoff_text="Over to you")
    assert RunExtras.objects.get().handoff_text == "Over to you"


def test_a_session_that_the_api_refuses_is_not_stored(project):
    with pytest.raises(ValidationError, match="run_phase"):
        a_stored_session(project, run_phase="nonsense")
    assert not WizardSession.objects.exists()
