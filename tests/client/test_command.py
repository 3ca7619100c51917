"""``python -m django_wizard_sessions follow``, with its output in a pipe."""

import json
import re
import signal
from pathlib import Path

import httpx
import pytest

from django_wizard_sessions.terminal.lines import Lines
from example_project.demo.replay import read, replay, started_now
from tests.factories import WORKFLOW, a_task

from .hostile import HARMLESS, HOSTILE
from .scripted import a_frame, a_session, a_stream, an_answer, answering
from .terminals import COMMAND, PATIENCE, WITHOUT, environment, started

INSTALL = 'pip install "django-wizard-sessions[terminal]"'
FULL = Path("/dev/full")


@pytest.fixture
def start(example, workflow):
    """Starts to follow the test's own workflow."""
    arguments = ["follow", example.sessions, "--workflow", workflow]

    def start(*options, key=example.key, **changes):
        return started([*arguments, *options], key, **changes)

    return start


def outcome(process):
    output, errors = process.communicate(timeout=PATIENCE)
    return process.returncode, output, errors


def quickly(recording, workflow):
    """A recorded run that is soon over."""
    for push in started_now(read(recording)):
        yield {**push, "at": push["at"] / 20, "body": {**push["body"], "workflow_id": workflow}}


@pytest.mark.parametrize("recording", ["nextjs_completed", "nextjs_error"])
def test_a_replayed_run_is_told_line_by_line(recording, start, example, workflow):
    pushes = list(quickly(recording, workflow))
    example.push({**pushes[0]["body"], "run_phase": "idle"})
    with start() as process:
        assert process.stdout.readline().startswith("posthog-integration-nextjs-app-router-2")
        assert process.stdout.readline() == "Waiting to start\n"
        with httpx.Client(base_url=example.url, headers=example.headers) as client:
            replay(pushes, client)
        status, output, errors = outcome(process)
    lines = output.splitlines()
    assert lines[0] == "Running"
    assert "  done          Detect framework and package manager" in lines
    assert errors == ""
    if recording == "nextjs_completed":
        assert status == 0
        assert re.fullmatch(r"Completed · took \d s · 8 of 8 tasks done", lines[-1])
    else:
        assert status == 1
        assert lines[-4].startswith("Ended in an error · took ")
        assert lines[-3:] == [
            "  The build failed:",
            "  TS2304: Cannot find name 'posthog'.",
            "  type: wizard_error",
        ]


def test_each_change_is_told_once(start, push):
    one, two = a_task(id="1", title="One"), a_task(id="2", title="Two")
    push(tasks=[one, two], started_at="2026-11-24T02:25:53Z")
    with start() as process:
        process.stdout.readline()
        assert process.stdout.readline() == "Running\n"
        push(tasks=[{**one, "status": "in_progress"}, two])
        assert process.stdout.readline() == "  in progress   One\n"
        push(tasks=[{**one, "status": "failed"}, {**two, "status": "canceled"}])
        assert process.stdout.readline() == "  failed        One\n"
        assert process.stdout.readline() == "  canceled      Two\n"


def test_json_is_what_the_server_sent(start, push):
    states = [push(tasks=[a_task(title="Größe 🎉")])]
    with start("--json") as process:
        assert process.stdout.readline() == states[0] + "\n"
        states.append(push(run_phase="completed"))
        status, output, errors = outcome(process)
    assert (status, output, errors) == (0, states[1] + "\n", "")


def test_where_a_new_run_is_wanted_an_ended_one_is_not_shown():
    later = {"session_id": "run-2", "started_at": "2026-11-25T00:00:00Z"}
    stream = a_stream(a_frame(run_phase="error"), a_frame(**later, run_phase="completed"))
    latest = an_answer(200, json.dumps(a_session(run_phase="error")).encode())
    with (
        answering(latest, stream) as (url, _),
        started(["follow", url, "--workflow", WORKFLOW, "--new"], "key") as process,
    ):
        status, output, _ = outcome(process)
    assert status == 0
    assert output.startswith("run-2\n")


def test_a_run_that_is_named_is_followed(start, push, session_id):
    push(run_phase="error")
    push(f"{session_id}-later", run_phase="completed", started_at="2026-11-25T00:00:00Z")
    with start("--session", session_id) as process:
        assert outcome(process)[0] == 1


def test_what_a_terminal_would_obey_is_escaped(start, push):
    task = a_task(title=HOSTILE, status="failed")
    error = {"message": f"{HOSTILE}\n\tindented", "details": [HOSTILE]}
    push(tasks=[task], run_phase="error", error=error)
    with start() as process:
        _, output, _ = outcome(process)
    assert f"  failed        {HARMLESS}\n" in output
    assert f"  {HARMLESS}\n   indented\n" in output
    assert [char for char in output if not char.isprintable() and char != "\n"] == []


def test_in_json_it_is_escaped_as_json_has_it(start, push):
    state = push(tasks=[a_task(title=HOSTILE)], run_phase="completed")
    with start("--json") as process:
        _, output, _ = outcome(process)
    assert json.loads(output) == json.loads(state)
    assert [char for char in output if not char.isprintable() and char != "\n"] == []


def test_a_title_without_end_is_cut(start, push):
    push(tasks=[a_task(title="x" * 10_240, status="failed")], run_phase="completed")
    with start() as process:
        _, output, _ = outcome(process)
    assert "x" * 300 + "…\n" in output
    assert len(output) < 1000


def test_a_long_error_is_cut(start, push):
    push(run_phase="error", error={"message": "x" * 10_000 + "\nline" * 1000})
    with start() as process:
        _, output, _ = outcome(process)
    assert output.endswith("  line\n  … 901 more lines\n")
    assert len(output) < 4000


def test_a_refusal_is_told_and_has_a_status_of_its_own(start):
    with start(key="wzs_wrong") as process:
        status, output, errors = outcome(process)
    assert (status, output) == (3, "")
    assert errors == (
        "Cannot follow: the server does not accept the key, or was sent none "
        "(401 Unauthorized: Invalid API key.)\n"
    )


def test_a_key_that_was_forgotten_is_told_where_to_put(start):
    env = environment("")
    del env["WIZARD_SESSIONS_KEY"]
    with start(env=env) as process:
        status, _, errors = outcome(process)
    assert status == 3
    assert errors.endswith("\nSet WIZARD_SESSIONS_KEY to your key.\n")


def test_a_refusal_cannot_control_the_terminal_either():
    refusal = an_answer(403, json.dumps({"detail": HOSTILE}).encode())
    with (
        answering(refusal) as (url, _),
        started(["follow", url, "--workflow", WORKFLOW], "key") as process,
    ):
        status, _, errors = outcome(process)
    assert status == 3
    assert f"403 Forbidden: {HARMLESS}" in errors


def test_a_lost_connection_is_told_once_and_that_it_is_back(capsys):
    lines = Lines()
    for fault in [None, "it broke", "it broke", "nobody\x1bthere", None, None]:
        lines.tell(fault)
    output, errors = capsys.readouterr()
    assert output == ""
    assert errors == (
        "Connection lost, trying again: it broke\n"
        "Connection lost, trying again: nobody\\x1bthere\n"
        "Connected again\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["follow"],
        ["follow", "https://example.org/sessions/"],
        ["follow", "example.org", "--workflow", "integration"],
        ["follow", "https://x/", "--workflow", "a", "--new", "--session", "run-1"],
        ["lead", "https://x/", "--workflow", "a"],
    ],
)
def test_wrong_arguments_are_told(arguments):
    with started(arguments, "key") as process:
        status, output, errors = outcome(process)
    assert (status, output) == (2, "")
    assert errors.startswith("usage: python -m django_wizard_sessions ")
    assert "Traceback" not in errors


def test_help_names_the_variable_of_the_key():
    with started(["follow", "--help"], "key") as process:
        status, output, _ = outcome(process)
    assert status == 0
    assert "WIZARD_SESSIONS_KEY" in output


@pytest.mark.usefixtures("ctrl_c")
@pytest.mark.parametrize(("stop", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_without_a_word(start, push, stop, status):
    push()
    with start() as process:
        process.stdout.readline()
        assert process.stdout.readline() == "Running\n"
        process.send_signal(stop)
        assert outcome(process) == (status, "", "")


def test_a_reader_that_goes_ends_it_without_a_word(start, push):
    push()
    with start() as process:
        process.stdout.readline()
        process.stdout.close()
        push(run_phase="completed")
        assert process.stderr.read() == ""
        assert process.wait(PATIENCE) == 141


@pytest.mark.skipif(not FULL.exists(), reason="a device of Linux")
def test_a_full_disk_is_told(start, push):
    push()
    with FULL.open("w") as full, start(stdout=full) as process:
        assert outcome(process) == (3, None, "Cannot write: No space left on device\n")


def test_without_any_output_its_status_says_how_the_run_ended(start, push):
    push(run_phase="error")
    with start(command=["sh", "-c", 'exec "$@" >&-', "sh", *COMMAND]) as process:
        assert outcome(process) == (1, "", "")


def test_it_needs_no_django(start, push):
    push(run_phase="completed")
    with start(command=[*WITHOUT, "django,rest_framework,channels,rich"]) as process:
        status, output, errors = outcome(process)
    assert (status, errors) == (0, "")
    assert "Completed · took" in output


@pytest.mark.parametrize("name", ["httpx", "httpx_sse"])
def test_what_it_lacks_is_told(start, name):
    with start(command=[*WITHOUT, name]) as process:
        assert outcome(process) == (
            3,
            "",
            f"This needs {name}, which is not installed:\n{INSTALL}\n",
        )


def test_an_output_that_knows_few_letters_is_no_fault(start, push, example):
    push(tasks=[a_task(title="Größe", status="failed")], run_phase="completed")
    env = environment(example.key, PYTHONIOENCODING="ascii")
    with start(env=env) as process:
        status, output, errors = outcome(process)
    assert (status, errors) == (0, "")
    assert "Gr\\xf6\\xdfe" in output
