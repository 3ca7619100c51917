"""What the docs show of a terminal is what the command prints of a recorded run."""

import json
import re
from datetime import UTC, datetime, timedelta

from django_wizard_sessions.client import Session
from django_wizard_sessions.terminal.lines import Lines
from tests.client.scripted import a_frame, a_session, a_silent_stream, answering
from tests.client.terminals import Terminal
from tests.documented import blocks
from tests.factories import recording

SCREEN, LOG = blocks("terminal", language="text")


def test_in_a_log(capsys):
    session_id, *_ = LOG.splitlines()
    lines = Lines()
    times = {"created_at": "2026-11-24T02:25:53Z", "updated_at": "2026-11-24T02:28:10Z"}
    for body in recording("nextjs_error"):
        state = a_session(**{**body, **times, "session_id": session_id})
        lines.show(Session.parse(json.dumps(state)))
    begin, end = LOG.split("…\n")
    printed = capsys.readouterr().out
    assert printed.startswith(begin)
    assert printed.endswith(end)


def test_on_a_screen():
    *_, running = [body for body in recording("nextjs_error") if body["run_phase"] == "running"]
    now = datetime.now(UTC)
    times = {
        "created_at": (now - timedelta(minutes=2, seconds=5)).isoformat(),
        "updated_at": (now - timedelta(seconds=12)).isoformat(),
    }
    documented = SCREEN.splitlines()
    frame = a_frame(**{**running, **times, "session_id": documented[1]})
    with answering(a_silent_stream(frame)) as (url, _):
        follow = ["follow", url, "--workflow", running["workflow_id"]]
        with Terminal(follow, "key") as terminal:
            terminal.shows(documented[-1])
            shown = terminal.all_lines
    assert [still(line) for line in shown] == [still(line) for line in documented]


def still(line):
    """Without what moves."""
    return re.sub(r"\b\d+ s\b", "…", re.sub("[⠀-⣿]", "⠏", line)).split()
