"""Orders of events that went wrong, told step by step; the machine found them, or can."""

from datetime import timedelta
from unittest import mock

import pytest
from django.utils import timezone

from django_wizard_sessions.streams import Frame
from tests.factories import a_stored_session

from .machine import HubMachine

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hub():
    machine = HubMachine()
    yield machine
    machine.teardown()


def push(hub, session_id, started=0):
    run = (session_id, "mostly", "django")
    hub.push(run, started=started, run_phase="running", late=0, arrives=False)


def test_a_push_that_is_lost_behind_another_while_the_stream_opens_is_found(hub):
    push(hub, "newest", started=4)
    hub.open("mostly", "")
    push(hub, "run")
    hub.a_message_arrives(is_read=False)
    push(hub, "run")
    hub.network.under_way.clear()
    hub.settle()


def test_a_push_that_is_found_while_its_message_is_under_way_keeps_its_place(hub):
    hub.open("mostly", "")
    hub.finish_reads()
    push(hub, "one")
    hub.it_is_time_to_look()
    for _ in range(4):  # before and after the fingerprint and the versions
        hub.a_read_goes_on(0, fails=False)
    push(hub, "other")
    push(hub, "one")
    hub.settle()
    [tab] = hub.tabs
    assert tab.last.push == 3


def test_a_session_that_goes_stale_while_its_frame_is_made_is_not_taken_for_told(project):
    session = a_stored_session(project)
    moments = iter([session.stale_at, session.stale_at + timedelta(seconds=1)])
    with mock.patch.object(timezone, "now", moments.__next__):
        frame = Frame.of(session)
    assert b'"is_stale":true' in frame.data or not frame.version.is_stale
