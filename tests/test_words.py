"""The words of a run are the same wherever it is shown."""

from datetime import timedelta

import pytest

from django_wizard_sessions import words
from django_wizard_sessions.terminal.words import LOST

from .example import ROOT

SAID = [*words.PHASES.items(), *words.STATUSES.items(), ("lost", LOST)]


@pytest.mark.parametrize(("key", "word"), SAID)
def test_the_words_are_those_of_the_web_component(key, word):
    of_component = (ROOT / "frontend" / "src" / "words.js").read_text(encoding="utf-8")
    assert f'{key}: "{word}"' in of_component


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "0 s"),
        (0.9, "0 s"),
        (12, "12 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (123, "2 min 3 s"),
        (3600, "1 h"),
        (3659, "1 h"),
        (3900, "1 h 5 min"),
        (86_400 * 2 + 3600 * 3 + 59, "2 d 3 h"),
    ],
)
def test_a_duration_is_told_by_its_two_largest_units(seconds, said):
    assert words.duration(timedelta(seconds=seconds)) == said


def test_nothing_is_in_progress_in_a_run_that_is_not():
    assert words.shown_status("in_progress", "running") == "in_progress"
    assert words.shown_status("in_progress", "stalled") == "interrupted"
    assert words.shown_status("pending", "stalled") == "pending"
