"""Runs of wizards, as the server has them in the end."""

import asyncio
import re
import subprocess
import sys
from contextlib import nullcontext, suppress
from threading import Barrier, Semaphore, Thread

import pytest

from django_wizard_sessions.client import WizardRun, latest, outbox
from tests.example import ROOT
from tests.factories import recording

from .terminals import WITHOUT, environment
from .waiting import wait_until


@pytest.fixture
def run(example, workflow):
    return WizardRun(example.sessions, workflow=workflow, skill="django", key=example.key)


@pytest.fixture
def stored(example, workflow):
    """The test's own run, as the server has it."""

    def stored(example=example):
        return latest(example.sessions, workflow=workflow, key=example.key)

    return stored


def tasks_of(session):
    return [(task.title, task.status) for task in session.tasks]


def test_a_run_and_its_tasks_are_completed(run, stored):
    with run, run.task("Install the SDK"):
        pass
    session = stored()
    assert session.session_id == run.session_id
    assert (session.run_phase, session.error) == ("completed", None)
    assert tasks_of(session) == [("Install the SDK", "completed")]


def test_a_run_is_named_as_the_real_wizard_names_its_runs(run, workflow):
    assert re.fullmatch(
        rf"{workflow}-django-\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{6}}Z", run.session_id
    )


def test_a_skill_with_a_slash_has_runs_that_can_be_retrieved(example, workflow, stored):
    with WizardRun(example.sessions, workflow=workflow, skill="nextjs/app", key=example.key):
        pass
    assert stored().skill_id == "nextjs/app"


def test_a_task_that_raises_has_failed_and_ends_the_run_in_an_error(run, stored):
    with pytest.raises(FileNotFoundError), run, run.task("Find"), run.task("Open"):
        raise FileNotFoundError("There is no package.json.")
    session = stored()
    assert tasks_of(session) == [("Find", "failed"), ("Open", "failed")]
    assert session.run_phase == "error"
    assert session.error == {"type": "FileNotFoundError", "message": "There is no package.json."}


def test_an_exception_that_the_wizard_deals_with_fails_its_task_alone(run, stored):
    with run, suppress(ValueError), run.task("Try"):
        raise ValueError
    assert tasks_of(stored()) == [("Try", "failed")]
    assert stored().run_phase == "completed"


def test_planned_tasks_are_shown_before_they_begin(run, stored):
    with run:
        run.plan("One", "Two", "Two")
        with run.task("Two"), run.task("Two"), run.task("Three"):
            pass
    assert tasks_of(stored()) == [
        ("One", "pending"),
        ("Two", "completed"),
        ("Two", "completed"),
        ("Three", "completed"),
    ]
    assert [task.id for task in stored().tasks] == ["0", "1", "2", "3"]


def test_a_task_keeps_the_status_that_it_is_given(run, stored):
    with run, run.task("Skip") as task:
        task.status = "canceled"
    assert tasks_of(stored()) == [("Skip", "canceled")]


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, asyncio.CancelledError])
def test_an_interruption_cancels_the_task_and_ends_the_run_in_an_error(run, stored, interruption):
    with pytest.raises(interruption), run, run.task("Install"):
        raise interruption
    session = stored()
    assert tasks_of(session) == [("Install", "canceled")]
    assert session.error["message"] == "The wizard was interrupted."


@pytest.mark.parametrize("code", [0, None])
def test_a_wizard_that_exits_well_has_completed(run, stored, code):
    with pytest.raises(SystemExit), run, run.task("Leave"):
        sys.exit(code)
    assert stored().run_phase == "completed"
    assert tasks_of(stored()) == [("Leave", "completed")]


@pytest.mark.parametrize(
    ("code", "message"), [(3, "The wizard ended with status 3."), ("No npm.", "No npm.")]
)
def test_a_wizard_that_exits_otherwise_has_ended_in_an_error(run, stored, code, message):
    with pytest.raises(SystemExit), run, run.task("Leave"):
        sys.exit(code)
    assert stored().error == {"type": "SystemExit", "message": message}
    assert tasks_of(stored()) == [("Leave", "failed")]


class SpeechlessError(Exception):
    def __str__(self):
        raise RuntimeError


@pytest.mark.parametrize(
    ("exception", "message"),
    [
        (ValueError(), "ValueError"),
        (ValueError("\0a" * 200_000), "a" * 5000),
        (ValueError("file-\udcff"), "file-?"),
        (SpeechlessError(), "SpeechlessError"),
    ],
)
def test_whatever_an_exception_says_the_server_takes_it(run, stored, exception, message):
    with pytest.raises(type(exception)), run:
        raise exception
    assert stored().error["message"] == message


def test_fields_of_a_session_are_reported_as_they_are_given(run, stored):
    run.report(event_plan={"events": []}, error={"code": 7})
    with pytest.raises(ValueError), run:
        raise ValueError
    assert (stored().event_plan, stored().error) == ({"events": []}, {"code": 7})


def test_a_host_gets_the_fields_that_it_has_added(server):
    with WizardRun(server.url, workflow="w", skill="s") as run:
        run.report(branch="main")
    assert server.pushes[-1]["branch"] == "main"


@pytest.fixture
def _restless():
    """Threads take turns as often as they can."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("_restless")
def test_a_task_is_given_to_one_who_asks_for_its_title(run):
    run.plan("Install")
    assert run.task("Install").id == "0"
    assert [run.task("Install").id, run.task("Install").id] == ["1", "2"]


def test_tasks_may_run_in_threads(run, stored):
    barrier = Barrier(10)

    def work():
        barrier.wait()
        for number in range(40):
            with run.task(f"Task {number}"):
                pass

    with run:
        threads = [Thread(target=work) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert {status for _, status in tasks_of(stored())} == {"completed"}
    assert [task.id for task in stored().tasks] == [str(number) for number in range(400)]


async def test_an_async_wizard_reports_alike(run, stored):
    async def work(title):
        with run.task(title):
            await asyncio.sleep(0)

    async with run:
        await asyncio.gather(work("One"), work("Two"))
    assert tasks_of(stored()) == [("One", "completed"), ("Two", "completed")]
    assert stored().run_phase == "completed"


async def test_an_async_wizard_that_is_canceled_says_so(run, stored):
    async def wizard():
        async with run:
            with run.task("Sleep"):
                await asyncio.sleep(60)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(wizard(), 0.01)
    assert tasks_of(stored()) == [("Sleep", "canceled")]
    assert stored().error == {"type": "CancelledError", "message": "The wizard was interrupted."}


async def test_others_go_on_while_the_last_state_of_an_async_wizard_is_on_its_way(server):
    answers, others = Semaphore(0), []
    server.before_answer = answers.acquire

    def go_on():
        others.append("went on")
        answers.release(2)

    async with WizardRun(server.url, workflow="w", skill="s"):
        asyncio.get_running_loop().call_later(0.1, go_on)
    assert others == ["went on"]
    assert server.pushes[-1]["run_phase"] == "completed"


def test_the_last_state_arrives_at_a_server_that_was_killed_and_is_back(
    mortal, workflow, stored, monkeypatch
):
    monkeypatch.setattr(outbox, "FLUSH", 60)  # a busy machine starts it slowly
    with WizardRun(mortal.sessions, workflow=workflow, skill="django", key=mortal.key) as run:
        with run.task("Before"):
            pass
        mortal.kill()
        with run.task("After"):
            restart = Thread(target=mortal.start)
            restart.start()
    restart.join()
    assert stored(mortal).run_phase == "completed"
    assert tasks_of(stored(mortal)) == [("Before", "completed"), ("After", "completed")]


def test_a_wizard_ends_as_ever_where_nobody_listens(monkeypatch, caplog):
    monkeypatch.setattr(outbox, "FLUSH", 0.2)
    with (
        pytest.raises(ZeroDivisionError),
        WizardRun("http://127.0.0.1:1/", workflow="w", skill="s"),
    ):
        raise ZeroDivisionError
    assert "cannot be followed" in caplog.text


def change(run, tasks, body):
    """To where the recorded wizard was."""
    titles = [task["title"] for task in body["tasks"][len(tasks) :]]
    run.plan(*titles)
    tasks += [run.task(title) for title in titles]
    for task, recorded in zip(tasks, body["tasks"], strict=True):
        if task.status != recorded["status"]:
            task.status = recorded["status"]
    if "event_plan" in body:
        run.report(event_plan=body["event_plan"])


@pytest.mark.parametrize("name", ["nextjs_completed", "nextjs_error"])
def test_a_recorded_run_is_reported_push_by_push(server, monkeypatch, name):
    monkeypatch.setattr(outbox, "PACE", 0)
    answers = Semaphore(0)  # all that changes before an answer is gathered
    server.before_answer = answers.acquire
    first, *others, end, _end_again = recording(name)
    run = WizardRun(server.url, workflow=end["workflow_id"], skill=end["skill_id"])
    tasks = []
    change(run, tasks, first)
    with ending_as(end), run:
        for number, body in enumerate(others, start=1):
            wait_until(lambda number=number: len(server.pushes) == number)
            change(run, tasks, body)
            answers.release()
        wait_until(lambda: len(server.pushes) == 1 + len(others))
        answers.release(2)
        fail_as(end)
    own = {"session_id": run.session_id, "started_at": run.started_at}
    assert server.pushes == [{**body, **own} for body in (first, *others, end)]


def fail_as(end):
    if error := end.get("error"):
        raise type(error["type"], (Exception,), {})(error["message"])


def ending_as(end):
    return pytest.raises(Exception, match="The build failed") if "error" in end else nullcontext()


@pytest.fixture
def run_documented(example):
    """Runs what the docs show, where no Django is installed."""

    def run_documented(script):
        env = {**environment(example.key), "SESSIONS": example.sessions}
        command = [*WITHOUT, "django,rest_framework,channels", f"tests/client/{script}"]
        return subprocess.check_output(command, cwd=ROOT, env=env, text=True)

    return run_documented


def test_the_documented_wizard_is_reported_and_needs_no_django(run_documented, example):
    run_documented("documented_wizard.py")
    session = latest(example.sessions, workflow="check", key=example.key)
    assert session
    assert session.run_phase == "completed"
    assert tasks_of(session) == [
        ("Check the interpreter", "completed"),
        ("Check the packages", "completed"),
    ]


def test_the_documented_async_program_needs_no_django(run_documented):
    state, started, listed = run_documented("documented_async.py").splitlines()
    assert state == "completed Install httpx: completed Install rich: completed"
    assert started.startswith("Started at 20")
    assert re.fullmatch(r"packages-python-20\S+Z completed", listed)
