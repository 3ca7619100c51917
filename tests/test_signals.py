import pytest

from django_wizard_sessions.signals import frames_sent


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
