"""What lines are made of."""

import json

import pytest

from django_wizard_sessions.client import Session
from django_wizard_sessions.terminal.lines import Lines
from django_wizard_sessions.terminal.printable import printable

from .scripted import a_session


@pytest.fixture
def told(capsys):
    """What is told of states, one after the other."""
    lines = Lines()

    def told(**changes):
        lines.show(Session.parse(json.dumps(a_session(**changes))))
        return capsys.readouterr().out.splitlines()

    return told


def test_a_later_run_is_told_from_its_beginning(told):
    told(session_id="run-1")
    assert told(session_id="run-2") == ["run-2", "Running"]


def test_a_state_that_changes_nothing_is_not_told(told):
    error = {"message": "It failed."}
    assert told(error=error) == ["run-1", "Running", "  It failed."]
    assert told(error=error) == []


def test_a_run_that_is_silent_is_told_to_be_stalled(told):
    told()
    assert told(is_stale=True) == ["Stalled"]
    assert told() == ["Running"]


def test_an_error_without_a_message_is_told_whole(told):
    assert told(error={"code": 7, "causes": ["größer"]})[2:] == [
        "  code: 7",
        '  causes: ["größer"]',
    ]


@pytest.mark.parametrize("text", ["👩\u200d💻", "می\u200cخ", "naïve", "日本語"])
def test_what_scripts_and_emoji_need_is_kept(text):
    assert printable(text) == text


@pytest.mark.parametrize(
    "char", ["\x00", "\x7f", "\x85", "\u200b", "\u2028", "\u2066", "\ufeff", "\ud800"]
)
def test_what_is_not_seen_is_escaped(char):
    assert printable(f"a{char}b").isprintable()
    assert len(printable(f"a{char}b")) > 3
