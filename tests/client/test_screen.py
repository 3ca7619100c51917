"""The run as it is drawn in a terminal."""

import json
import re
import signal
from datetime import UTC, datetime, timedelta

import pytest

from django_wizard_sessions.client import Session
from django_wizard_sessions.terminal import words
from tests.factories import WORKFLOW, a_task, recording

from .hostile import HARMLESS, HOSTILE
from .scripted import a_frame, a_session, a_silent_stream, a_stream, answering
from .terminals import WITHOUT, Terminal


@pytest.fixture
def open_terminal(example, workflow):
    """Follows the test's own workflow in a terminal."""
    arguments = ["follow", example.sessions, "--workflow", workflow]

    def open_terminal(**terminal):
        return Terminal(arguments, example.key, **terminal)

    return open_terminal


def follow_scripted(url):
    return Terminal(["follow", url, "--workflow", WORKFLOW], "key")


def ago(**time):
    return (datetime.now(UTC) - timedelta(**time)).isoformat()


def tasks_of(*statuses):
    return [
        a_task(id=str(number), title=f"Task {number}", status=status)
        for number, status in enumerate(statuses)
    ]


def test_a_run_is_drawn_as_it_goes_on(open_terminal, push):
    tasks = tasks_of("completed", "failed", "canceled", "in_progress", "pending")
    push(tasks=tasks)
    with open_terminal() as terminal:
        terminal.shows("1 of 5 tasks done")
        assert re.fullmatch(r"Running · \d+ s so far", terminal.lines[0])
        assert terminal.lines[3:6] == ["✓ Task 0", "✗ Task 1 failed", "- Task 2 canceled"]
        assert terminal.lines[6][1:].startswith(" Task 3 ")
        assert terminal.lines[7] == "· Task 4"
        terminal.shows(" 2 s")
        push(tasks=tasks_of(*["completed"] * 5))
        terminal.shows("5 of 5 tasks done")
        assert terminal.lines[6] == "✓ Task 3"


@pytest.mark.parametrize(("name", "status"), [("nextjs_completed", 0), ("nextjs_error", 1)])
def test_the_end_of_a_run_stays_on_the_screen_alone(open_terminal, push, name, status):
    *_, before, end = recording(name)
    push(**{**before, "run_phase": "running", "error": None})
    with open_terminal() as terminal:
        terminal.shows("Running · ")
        push(**end)
        assert terminal.ended() == status
        lines = terminal.all_lines
    assert lines[0].startswith(("Completed · took ", "Ended in an error · took ")[status])
    assert sum("Install posthog-js" in line for line in lines) == 1
    if status:
        what_went_wrong = ["The build failed:", "TS2304: Cannot find name 'posthog'."]
        assert lines[-4:] == ["", *what_went_wrong, "type: wizard_error"]


def test_before_any_run_it_says_what_it_waits_for(open_terminal, push):
    with open_terminal() as terminal:
        terminal.shows("Nothing has run yet")
        push(run_phase="idle")
        terminal.shows("Waiting to start · ")
        assert not any("Nothing" in line for line in terminal.lines)


def test_a_run_without_news_is_stalled():
    frame = a_frame(
        is_stale=True, updated_at=ago(minutes=10, seconds=1), tasks=tasks_of("in_progress")
    )
    with answering(a_silent_stream(frame)) as (url, _), follow_scripted(url) as terminal:
        terminal.shows("Stalled · no news for 10 min ")
        terminal.shows("▸ Task 0 not finished")


def test_a_task_has_run_since_it_was_first_seen_in_progress():
    tasks = tasks_of("in_progress")
    first = a_frame(tasks=tasks, updated_at=ago(minutes=5))
    again = a_frame(tasks=tasks, updated_at=ago(seconds=1))
    with answering(a_silent_stream(first, again)) as (url, _), follow_scripted(url) as terminal:
        terminal.shows("Task 0 5 min")


def test_a_task_of_a_later_run_has_not_run_since_an_earlier_run():
    tasks = tasks_of("in_progress")
    first = a_frame(tasks=tasks, updated_at=ago(minutes=5))
    later = {"started_at": ago(minutes=1), "updated_at": ago(minutes=1)}
    stream = a_silent_stream(first, a_frame("run-2", tasks=tasks, **later))
    with answering(stream) as (url, _), follow_scripted(url) as terminal:
        terminal.shows("Task 0 1 min")


def test_a_lost_connection_is_told_below_the_run():
    with answering(a_stream(a_frame())) as (url, _), follow_scripted(url) as terminal:
        terminal.shows("Connection lost, trying again: the server has cut the stream")
        assert terminal.lines[0].startswith("Running · ")


def test_a_connection_that_is_back_is_lost_no_more():
    streams = a_stream(a_frame()), a_silent_stream(a_frame(run_phase="idle"))
    with answering(*streams) as (url, _), follow_scripted(url) as terminal:
        terminal.shows("Connection lost")
        terminal.shows("Waiting to start")
        assert not any("Connection lost" in line for line in terminal.lines)


def test_of_many_tasks_those_are_drawn_that_are_next(open_terminal, push):
    push(tasks=tasks_of(*["completed"] * 250, "in_progress", *["pending"] * 249))
    with open_terminal(rows=20) as terminal:
        terminal.shows("250 of 500 tasks done")
        assert "✓ Task 249" in terminal.lines
        assert "· Task 251" in terminal.lines
        assert "… 487 more tasks" in terminal.lines
        push(tasks=tasks_of(*["completed"] * 500), run_phase="completed")
        assert terminal.ended() == 0
        assert terminal.all_lines[3:] == [f"✓ Task {number}" for number in range(500)]


def test_what_a_terminal_would_obey_is_escaped(open_terminal, push):
    error = {"message": HOSTILE, f"[red]{HOSTILE}": HOSTILE}
    tasks = [a_task(title=HOSTILE, status="failed")]
    push(tasks=tasks, run_phase="error", error=error)
    with open_terminal(columns=200) as terminal:
        terminal.ended()
        assert f"✗ {HARMLESS} failed" in terminal.lines
        assert terminal.lines[5:7] == [HARMLESS, f"[red]{HARMLESS}: {HARMLESS}"]
        assert b"\x1b]" not in terminal.bytes
        assert terminal.screen.title == ""


def test_a_long_title_stays_on_its_line(open_terminal, push):
    push(tasks=[a_task(title="Title " * 1700)], run_phase="completed")
    with open_terminal(columns=40) as terminal:
        terminal.ended()
        lines = terminal.all_lines
    assert len(lines) == 4
    assert lines[3].startswith("· Title Title")
    assert lines[3].endswith("…")


def test_phases_and_statuses_that_came_later_are_drawn_as_they_are_named():
    frame = a_frame(run_phase="paused", tasks=tasks_of("skipped"))
    with answering(a_silent_stream(frame)) as (url, _), follow_scripted(url) as terminal:
        terminal.shows("paused · ")
        assert terminal.lines[3] == "? Task 0 skipped"


def test_a_clock_that_is_behind_the_servers_takes_nothing_off_a_duration():
    session = a_session(created_at="2026-11-24T02:00:00Z", updated_at="2026-11-24T02:00:05Z")
    now = datetime(2026, 11, 24, 1, tzinfo=UTC)
    headline = words.headline(Session.parse(json.dumps(session)), now)
    assert headline == "Running · 5 s so far"


@pytest.mark.usefixtures("ctrl_c")
@pytest.mark.parametrize(("stop", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_the_run_and_the_cursor_on_the_screen(open_terminal, push, stop, status):
    push(tasks=tasks_of("completed"))
    with open_terminal() as terminal:
        terminal.shows("Task 0")
        assert terminal.screen.cursor.hidden
        terminal.process.send_signal(stop)
        assert terminal.ended() == status
        assert not terminal.screen.cursor.hidden
        assert terminal.all_lines[3:] == ["✓ Task 0"]


@pytest.mark.parametrize(
    "plain", [{"TERM": "dumb"}, {"command": [*WITHOUT, "rich"]}], ids=["dumb", "without rich"]
)
def test_a_terminal_that_cannot_be_drawn_on_is_told_lines(open_terminal, push, session_id, plain):
    push(run_phase="completed")
    with open_terminal(**plain) as terminal:
        assert terminal.ended() == 0
        assert terminal.lines[0] == session_id
        assert terminal.lines[1].startswith("Completed · took ")
