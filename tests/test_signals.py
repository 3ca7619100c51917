import pytest
from django.db import transaction

from django_wizard_sessions.signals import (
    frames_sent,
    phase_changed,
    session_created,
    session_updated,
)
from tests.factories import a_push
from tests.signals import heard


class TestPushes:
    pytestmark = pytest.mark.django_db(transaction=True)

    @pytest.fixture
    def push(self, client, user, project):
        client.force_login(user)

        def push(**changes):
            url = f"/projects/{project.pk}/sessions/"
            return client.post(url, a_push(**changes), content_type="application/json")

        return push

    def test_the_first_push_of_a_session_creates_it(self, push):
        with heard(session_created, session_updated, phase_changed) as sent:
            push()
        [about] = sent
        assert about["signal"] is session_created
        assert about["session"].session_id == "run-1"

    def test_a_later_push_updates_it_and_may_change_its_phase(self, push):
        push(run_phase="running")
        with heard(session_created, session_updated, phase_changed) as sent:
            push(run_phase="running")
            push(run_phase="completed")
        assert [about["signal"] for about in sent] == [
            session_updated,
            session_updated,
            phase_changed,
        ]
        assert (sent[-1]["previous"], sent[-1]["session"].run_phase) == ("running", "completed")

    def test_a_push_that_is_rolled_back_is_not_told(self, push):
        with heard(session_created) as sent, transaction.atomic():
            push()
            transaction.set_rollback(True)
        assert sent == []

    def test_a_receiver_that_fails_fails_no_push_and_keeps_nothing_from_the_others(self, push):
        def fail(sender, **about):
            raise ValueError

        session_created.connect(fail)
        with heard(session_created) as sent:
            assert push().status_code == 201
        session_created.disconnect(fail)
        assert len(sent) == 1


def test_a_coroutine_is_refused_as_a_receiver():
    async def hear(sender, **about):
        raise AssertionError

    with pytest.raises(TypeError, match="must be a function"):
        frames_sent.connect(hear)


def test_a_receiver_that_fails_is_logged_and_harms_nobody(caplog):
    def fail(sender, **about):
        raise ValueError("no statsd today")

    frames_sent.connect(fail)
    frames_sent.send_robust(None, count=1)
    frames_sent.disconnect(fail)
    assert "no statsd today" in caplog.text
