import asyncio

import pytest

from django_wizard_sessions.ticks import CALLS_AT_ONCE, TICK, Ticks
from tests.loops import faults_told, settled, timers


@pytest.fixture
def made():
    """The calls that were made, in order."""
    return []


@pytest.fixture
async def ticks(clock):
    return Ticks()


@pytest.fixture
def call(made):
    """Makes a call by this name."""
    return lambda name: lambda: made.append(name)


async def test_a_call_is_made_at_its_time_or_up_to_a_tick_later(ticks, call, made, clock):
    ticks.add(clock.now + 10, call("one"))
    await clock.advance(10 - TICK / 8)
    assert made == []
    await clock.advance(TICK)
    assert made == ["one"]


async def test_it_is_made_once(ticks, call, made, clock):
    ticks.add(clock.now + 1, call("one"))
    for _ in range(3):
        await clock.advance(1)
    assert made == ["one"]


async def test_those_of_about_the_same_time_share_one_timer(ticks, call, made, clock):
    for number in range(100):
        ticks.add(clock.now + 10 + (number + 1) * TICK / 100, call(number))
    assert len(timers()) == 1
    await clock.advance(10 + TICK)
    assert sorted(made) == list(range(100))


async def test_those_of_other_times_have_their_own(ticks, call, made, clock):
    for seconds in (1, 2):
        ticks.add(clock.now + seconds, call(seconds))
    await clock.advance(1)
    assert made == [1]
    await clock.advance(1)
    assert made == [1, 2]


@pytest.mark.parametrize("seconds", [0, -TICK, -1])
async def test_one_whose_time_has_come_already_is_made_soon(ticks, call, made, clock, seconds):
    ticks.add(clock.now + seconds, call("late"))
    await clock.advance(TICK)
    assert made == ["late"]


async def test_one_that_adds_itself_again_without_delay_is_made_once_a_tick(ticks, made, clock):
    def again():
        made.append("again")
        ticks.add(clock.now - 1, again)

    ticks.add(clock.now, again)
    await settled()
    made.clear()
    for _ in range(4):
        await clock.advance(TICK)
    assert made == ["again"] * 4


async def test_what_was_discarded_is_not_called_and_the_others_are(ticks, call, made, clock):
    one, other = call("one"), call("other")
    number = ticks.add(clock.now + 1, one)
    assert ticks.add(clock.now + 1, other) == number
    ticks.discard(number, one)
    await clock.advance(1)
    assert made == ["other"]


async def test_a_tick_without_calls_wakes_nobody(ticks, call, clock):
    one = call("one")
    ticks.discard(ticks.add(clock.now + 1, one), one)
    assert timers() == []


async def test_to_discard_what_was_made_is_nothing(ticks, call, made, clock):
    one = call("one")
    number = ticks.add(clock.now + 1, one)
    await clock.advance(1)
    ticks.discard(number, one)
    assert (made, timers()) == (["one"], [])


async def test_a_call_may_discard_others_of_its_tick(ticks, made, clock):
    def leave(name):
        made.append(name)
        for other in (one, two):
            ticks.discard(number, other)

    one, two = (lambda: leave("one")), (lambda: leave("two"))
    number = ticks.add(clock.now + 1, one)
    ticks.add(clock.now + 1, two)
    await clock.advance(1)
    assert len(made) == 1
    assert timers() == []


async def test_a_call_that_raises_stops_no_other_and_is_told(ticks, call, made, clock):
    def fail():
        raise KeyError("broken")

    told = faults_told()
    for number in range(10):
        ticks.add(clock.now + 1, fail if number == 5 else call(number))
    await clock.advance(1)
    assert sorted(made) == [0, 1, 2, 3, 4, 6, 7, 8, 9]
    assert told == ["'broken'"]


async def test_the_event_loop_does_what_else_is_to_be_done_in_between(ticks, call, made, clock):
    for number in range(3 * CALLS_AT_ONCE):
        ticks.add(clock.now + 1, call(number))
    at_first = []
    asyncio.get_running_loop().call_at(clock.now + 1, lambda: at_first.extend(made))
    await clock.advance(1)
    assert len(at_first) == CALLS_AT_ONCE
    assert len(set(made)) == len(made) == 3 * CALLS_AT_ONCE
