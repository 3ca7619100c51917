"""Which state is pushed next, and when: without a clock, and without a network."""

import random
from itertools import pairwise
from math import inf

import pytest

from django_wizard_sessions.client.errors import UnavailableError
from django_wizard_sessions.client.outbox import FLUSH, PACE, PAUSE, Outbox

FAILS = UnavailableError("the server answers 503", 503)
IS_BUSY = UnavailableError("the server answers 429", 429, retry_after=3)


def state(title, phase="running"):
    return {"title": title, "run_phase": phase}


@pytest.fixture
def outbox():
    """Its first state was taken at 0 and has arrived."""
    outbox = Outbox()
    outbox.put(state("first"), 0)
    outbox.take(0)
    outbox.settle()
    return outbox


def test_the_first_state_is_due_at_once():
    outbox = Outbox()
    outbox.put(state("first"), 7)
    assert outbox.take(7) == state("first")


def test_before_there_is_any_state_none_is_due():
    assert Outbox().take(7) is None


def test_changes_are_gathered_and_the_newest_state_is_due(outbox):
    outbox.put(state("second"), 1)
    outbox.put(state("third"), 1 + 0.9 * PACE)
    assert outbox.take(1 + 0.9 * PACE) is None
    assert outbox.take(1 + PACE) == state("third")


def test_another_phase_is_due_at_once(outbox):
    outbox.put(state("second"), 1)
    outbox.put(state("end", "completed"), 1.01)
    assert outbox.take(1.01) == state("end", "completed")


def test_however_often_a_state_changes_it_is_not_pushed_more_often_than_every_250_ms(outbox):
    times, now = [0.0], 0.0
    for _ in range(1000):
        now += random.uniform(0, 0.1)
        outbox.put(state(now), now)
        if outbox.take(now):
            times.append(now)
            outbox.settle()
    gaps = [after - before for before, after in pairwise(times)]
    assert len(gaps) > 100
    assert min(gaps) >= 0.25


def test_what_changes_while_a_push_is_under_way_is_pushed_after_it(outbox):
    outbox.put(state("second"), 1)
    outbox.take(2)
    outbox.put(state("third"), 2.1)
    outbox.settle()
    assert outbox.take(2.1 + PACE) == state("third")


def test_what_has_arrived_is_not_pushed_again(outbox):
    assert outbox.due == inf
    assert outbox.is_empty


def test_a_fault_is_tried_twice_more_and_then_left_at_that(outbox):
    outbox.put(state("second"), 1)
    outbox.take(2)
    assert outbox.retry(FAILS, 2)
    assert outbox.due == 2 + PAUSE
    assert outbox.take(3) == state("second")
    assert outbox.retry(FAILS, 3)
    assert outbox.due == 3 + 2 * PAUSE
    assert outbox.take(4) == state("second")
    assert not outbox.retry(FAILS, 4)
    assert outbox.due == inf


def test_after_all_attempts_the_next_change_is_tried_as_often(outbox):
    outbox.put(state("second"), 1)
    for now in (2, 3, 4):
        outbox.take(now)
        outbox.retry(FAILS, now)
    outbox.put(state("third"), 5)
    assert outbox.take(10) == state("third")
    assert outbox.retry(FAILS, 10)
    assert outbox.take(11)
    assert outbox.retry(FAILS, 11)


def test_another_attempt_is_one_with_the_newest_state(outbox):
    outbox.put(state("second"), 1)
    outbox.take(2)
    outbox.put(state("third"), 2)
    outbox.retry(FAILS, 2)
    assert outbox.take(3) == state("third")


def test_a_state_that_came_while_the_last_attempt_failed_is_tried_in_its_turn(outbox):
    outbox.put(state("second"), 1)
    for now in (2, 3, 4):
        outbox.take(now)
        outbox.put(state(f"after {now}"), now)
        outbox.retry(FAILS, now)
    assert outbox.take(10) == state("after 4")


def test_a_busy_server_is_tried_once_more_when_it_says(outbox):
    outbox.put(state("second"), 1)
    outbox.take(2)
    assert outbox.retry(IS_BUSY, 2)
    assert outbox.take(4.9) is None
    assert outbox.take(5) == state("second")
    assert not outbox.retry(IS_BUSY, 5)
    assert outbox.due == inf


def test_no_change_is_pushed_before_a_busy_server_wants_it(outbox):
    outbox.put(state("second"), 1)
    outbox.take(2)
    outbox.retry(IS_BUSY, 2)
    outbox.put(state("end", "completed"), 2)
    assert outbox.take(4.9) is None
    assert outbox.take(5) == state("end", "completed")


def test_a_busy_server_that_names_no_time_is_given_some(outbox):
    outbox.put(state("second"), 1)
    outbox.take(2)
    outbox.retry(UnavailableError("the server answers 429", 429), 2)
    assert outbox.due == 2 + PAUSE


def test_faults_and_a_busy_server_are_counted_for_themselves(outbox):
    outbox.put(state("second"), 1)
    goes_on = []
    for now, fault in enumerate([FAILS, IS_BUSY, FAILS, FAILS], start=10):
        outbox.take(now)
        goes_on.append(outbox.retry(fault, now))
    assert goes_on == [True, True, True, False]


def test_after_a_success_faults_are_counted_anew(outbox):
    for start in (10, 20):
        outbox.put(state(start), start)
        outbox.take(start + 1)
        assert outbox.retry(FAILS, start + 1)
        outbox.take(start + 2)
        assert outbox.retry(FAILS, start + 2)
        outbox.settle()


def test_the_last_state_is_due_at_once(outbox):
    outbox.put(state("last"), 1)
    outbox.close(1)
    assert outbox.take(1) == state("last")
    assert not outbox.is_over(1)


def test_all_is_over_when_the_last_state_has_arrived(outbox):
    outbox.close(1)
    assert outbox.is_over(1)


def test_the_last_state_is_tried_until_its_time_is_over(outbox):
    outbox.put(state("last"), 1)
    outbox.close(1)
    attempts = []
    while not outbox.is_over(max(outbox.due, 1)):
        attempts.append(max(outbox.due, 1))
        outbox.take(attempts[-1])
        outbox.retry(FAILS, attempts[-1])
    assert attempts[0] == 1
    assert len(attempts) > 5
    assert attempts[-1] <= 1 + FLUSH
    assert not outbox.is_empty


def test_the_last_state_is_tried_although_it_had_been_given_up(outbox):
    outbox.put(state("last"), 1)
    for now in (2, 3, 4):
        outbox.take(now)
        outbox.retry(FAILS, now)
    outbox.close(5)
    assert outbox.take(5) == state("last")


def test_a_server_that_is_busy_for_longer_is_not_waited_for_at_the_end(outbox):
    outbox.put(state("last"), 1)
    outbox.take(2)
    outbox.retry(UnavailableError("the server answers 429", 429, retry_after=60), 2)
    outbox.close(2)
    assert outbox.is_over(2)
    assert not outbox.is_empty


def test_what_is_switched_off_takes_nothing_any_more(outbox):
    outbox.put(state("second"), 1)
    outbox.take(2)
    outbox.put(state("third"), 2)
    outbox.settle()
    outbox.switch_off()
    outbox.put(state("fourth"), 3)
    assert outbox.take(10) is None
    assert outbox.is_over(10)
    assert outbox.is_empty
