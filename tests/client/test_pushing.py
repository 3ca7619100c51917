"""What becomes of a wizard's states, on servers that fail; and what becomes of the wizard."""

import logging
import subprocess
import sys
import time
from threading import Event, Semaphore

import pytest

from django_wizard_sessions.client import Pusher, outbox, pushing
from tests.example import ROOT
from tests.factories import a_push, a_task, recording
from tests.moody import HANGS_UP

from .waiting import wait_until

NOWHERE = "http://127.0.0.1:1/sessions/"
FOR_EVER = 3600


@pytest.fixture
def faults():
    return []


@pytest.fixture
def pusher(server, faults):
    """It knows what to tell of."""
    return Pusher(server.url, key="key", on_fault=faults.append)


@pytest.fixture
def hasty(monkeypatch):
    """Between two pushes, and two attempts, there is next to no pause."""
    monkeypatch.setattr(outbox, "PACE", 0)
    monkeypatch.setattr(outbox, "PAUSE", 0.01)


def at(title, **changes):
    return a_push(tasks=[a_task(title=title)], **changes)


def test_of_many_states_the_first_and_then_only_the_newest_is_pushed(pusher, server, monkeypatch):
    monkeypatch.setattr(outbox, "PACE", FOR_EVER)
    with pusher:
        pusher.push(at("0"))
        wait_until(lambda: server.titles)
        for number in range(1, 20):
            pusher.push(at(str(number)))
    assert server.titles == ["0", "19"]


def test_a_change_is_pushed_while_the_wizard_works_on(pusher, server, monkeypatch):
    monkeypatch.setattr(outbox, "PACE", 0.05)
    with pusher:
        pusher.push(at("0"))
        wait_until(lambda: server.titles)
        pusher.push(at("1"))
        wait_until(lambda: len(server.titles) == 2)


@pytest.mark.usefixtures("hasty")
def test_one_push_is_under_way_at_a_time(pusher, server):
    server.delay = 0.02
    with pusher:
        for number in range(20):
            pusher.push(at(str(number), run_phase=["idle", "running"][number % 2]))
            time.sleep(0.005)
    assert server.titles[-1] == "19"
    assert server.most_under_way == 1


@pytest.mark.usefixtures("hasty")
def test_a_state_that_is_reported_again_while_it_is_under_way_is_pushed_again(pusher, server):
    answers = Semaphore(0)
    server.before_answer = answers.acquire
    state = at("1")
    with pusher:
        pusher.push(state)
        wait_until(lambda: server.titles)
        pusher.push(state)
        answers.release(2)
    assert server.titles == ["1", "1"]


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("fault", [503, HANGS_UP])
def test_a_fault_is_tried_twice_more_before_it_is_told(pusher, server, faults, fault):
    server.statuses = [fault, fault, fault]
    with pusher:
        pusher.push(at("1"))
        wait_until(lambda: faults)
        assert server.titles == ["1", "1", "1"]
        pusher.push(at("2"))
        wait_until(lambda: len(faults) == 2)
    assert server.titles[3:] == ["2"]
    assert faults[0].startswith(("the server answers 503", "Server disconnected"))
    assert faults[1] is None


def test_a_limit_is_waited_for_as_long_as_the_server_says(pusher, server):
    server.statuses = [429]
    with pusher:
        pusher.push(at("1"))
    assert server.titles == ["1", "1"]
    assert server.waits[0] >= 1


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("refusal", [401, 403])
def test_after_a_refusal_of_the_key_nothing_is_pushed_any_more(pusher, server, faults, refusal):
    server.statuses = [refusal]
    with pusher:
        pusher.push(at("1"))
        wait_until(lambda: faults)
        pusher.push(at("2", run_phase="completed"))
    assert server.titles == ["1"]
    assert [f"({refusal} " in fault for fault in faults] == [True]


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("refusal", [400, 404, 302])
def test_a_state_that_is_refused_is_told_and_the_next_is_pushed(pusher, server, faults, refusal):
    server.statuses = [refusal]
    with pusher:
        pusher.push(at("1"))
        wait_until(lambda: faults)
        pusher.push(at("2"))
    assert server.titles == ["1", "2"]
    assert f"({refusal} " in faults[0]
    assert faults[1:] == [None]


@pytest.mark.usefixtures("hasty")
def test_a_fault_that_stays_is_told_once(pusher, server, faults):
    server.statuses = [400] * 5
    with pusher:
        for number in range(6):
            pusher.push(at(str(number)))
            wait_until(lambda number=number: len(server.titles) == number + 1)
    assert len(faults) == 2


def test_a_header_that_no_request_may_have_is_told_and_not_tried_again(server, faults):
    with Pusher(server.url, headers={"X-Tenant": "7\n"}, on_fault=faults.append) as pusher:
        pusher.push(at("1"))
    assert "Illegal header value" in faults[0]
    assert server.titles == []


@pytest.mark.parametrize("event_plan", [{"at": Event()}, {"ratio": float("nan")}])
def test_a_state_that_is_no_json_is_told(pusher, server, faults, event_plan):
    with pusher:
        pusher.push(at("1", event_plan=event_plan))
    assert faults[0].startswith("the state cannot be written as JSON: ")
    assert server.titles == []


@pytest.mark.parametrize("changes", [{"url": "example.org/sessions/"}, {"key": "schlüssel"}])
def test_a_url_or_key_that_can_be_none_is_told_at_once(changes):
    with pytest.raises(ValueError):
        Pusher(**{"url": NOWHERE, **changes})


def test_a_thousand_changes_do_not_wait_for_a_server_that_never_answers(pusher, server):
    server.delay = FOR_EVER
    pusher.start()
    pusher.push(at("first"))
    wait_until(lambda: server.titles)
    start = time.monotonic()
    for number in range(1000):
        pusher.push(at(str(number), run_phase=["idle", "running"][number % 2]))
    assert time.monotonic() - start < pushing.PATIENCE / 2
    assert server.titles == ["first"]  # which is still under way


def test_where_all_has_arrived_the_end_is_at_once(pusher, server):
    with pusher:
        pusher.push(at("1"))
        wait_until(lambda: pusher._outbox.is_empty)
        start = time.monotonic()
    assert time.monotonic() - start < outbox.FLUSH / 2


def test_the_end_does_not_wait_longer_than_it_may(pusher, server, faults, monkeypatch):
    monkeypatch.setattr(outbox, "FLUSH", 0.2)
    server.delay = FOR_EVER
    start = time.monotonic()
    with pusher:
        pusher.push(at("1"))
    assert 0.2 <= time.monotonic() - start < pushing.PATIENCE / 2
    assert faults == ["the server does not answer"]


def test_no_process_waits_for_a_server_that_never_answers(server):
    server.delay = FOR_EVER
    script = f"""if True:
        import sys
        from django_wizard_sessions.client import Pusher, outbox, pushing
        outbox.FLUSH, pushing.PATIENCE = 0.1, {FOR_EVER}
        with Pusher(sys.argv[1]) as pusher:
            pusher.push({{"run_phase": "running", "tasks": []}})
    """
    subprocess.run([sys.executable, "-c", script, server.url], cwd=ROOT, check=True, timeout=60)
    assert len(server.pushes) == 1


async def test_an_async_program_waits_for_the_last_state_alike(pusher, server):
    async with pusher:
        pusher.push(at("1"))
    assert server.titles == ["1"]


@pytest.mark.usefixtures("hasty")
def test_a_fault_that_is_over_is_not_told_as_the_reason_of_another(
    pusher, server, faults, monkeypatch
):
    monkeypatch.setattr(outbox, "FLUSH", 0.2)
    server.statuses = [503]
    with pusher:
        pusher.push(at("1"))
        wait_until(lambda: pusher._outbox.is_empty)
        server.delay = FOR_EVER
        pusher.push(at("2"))
    assert faults == ["the server does not answer"]


def test_what_did_not_arrive_until_the_end_is_told(monkeypatch, faults):
    monkeypatch.setattr(outbox, "FLUSH", 1)
    with Pusher(NOWHERE, on_fault=faults.append) as pusher:
        pusher.push(at("1"))
    assert faults == ["[Errno 111] Connection refused"]


def test_faults_are_logged_where_nobody_wants_to_be_told(server, caplog):
    caplog.set_level(logging.INFO, "django_wizard_sessions")
    server.statuses = [400]
    with Pusher(server.url) as pusher:
        pusher.push(at("1"))
        wait_until(lambda: caplog.records)
        pusher.push(at("2", run_phase="completed"))
    words = [(record.levelname, record.getMessage()) for record in caplog.records]
    refused = "the server refuses it (400 Bad Request: {})"
    assert words == [
        ("WARNING", f"The wizard's run cannot be followed: {refused}"),
        ("INFO", "The wizard's run can be followed again."),
    ]


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("name", ["nextjs_completed", "nextjs_error"])
def test_a_recorded_run_is_pushed_as_it_was_recorded(pusher, server, name):
    with pusher:
        for number, body in enumerate(recording(name), start=1):
            pusher.push(body)
            wait_until(lambda number=number: len(server.pushes) == number)
    assert server.pushes == recording(name)
