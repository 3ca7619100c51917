import asyncio

import pytest

from django_wizard_sessions.turns import CALLS_AT_ONCE, CALLS_OF_A_TOPIC, Turns
from tests.loops import faults_told

MANY = 5000


@pytest.fixture
def made():
    """The calls that were made, in order."""
    return []


@pytest.fixture
async def turns():
    return Turns()


@pytest.fixture
def add(turns, made):
    def add(topic, count=1):
        for number in range(count):
            turns.add(topic, lambda call=(topic, number): made.append(call))

    return add


async def one_turn():
    """Of the event loop."""
    await asyncio.sleep(0)


async def all_turns():
    for _ in range(2 * MANY // CALLS_AT_ONCE):
        await one_turn()


async def test_a_call_is_made_soon_but_not_at_once(add, made):
    add("one")
    assert made == []
    await one_turn()
    assert made == [("one", 0)]


async def test_each_call_is_made_once(add, made):
    add("one", MANY)
    await all_turns()
    assert len(made) == len(set(made)) == MANY


async def test_those_of_a_topic_are_made_in_order(add, made):
    for topic in ("one", "other"):
        add(topic, MANY // 2)
    await all_turns()
    for topic in ("one", "other"):
        assert [number for of, number in made if of == topic] == list(range(MANY // 2))


@pytest.mark.parametrize("begun", [False, True])
async def test_a_topic_of_thousands_keeps_another_waiting_for_no_turn(add, made, begun):
    add("crowded", MANY)
    if begun:
        await one_turn()
    add("lonely")
    await one_turn()
    assert ("lonely", 0) in made
    assert made.index(("lonely", 0)) <= CALLS_AT_ONCE + CALLS_OF_A_TOPIC


async def test_many_topics_take_turns(add, made):
    for topic in range(20):
        add(topic, 200)
    await all_turns()
    first = [number for number, (_, call) in enumerate(made) if call == 0]
    assert max(first) == 19 * CALLS_OF_A_TOPIC


@pytest.mark.parametrize("topics", [1, MANY])
async def test_the_event_loop_does_what_else_is_to_be_done_in_between(add, made, topics):
    for topic in range(topics):
        add(topic, MANY // topics)
    await one_turn()
    assert len(made) == CALLS_AT_ONCE


@pytest.mark.parametrize("position", [0, 1, CALLS_OF_A_TOPIC - 1])
async def test_a_call_that_raises_stops_no_other_and_is_told(turns, add, made, position):
    def fail():
        raise KeyError("broken")

    told = faults_told()
    for number in range(CALLS_OF_A_TOPIC):
        if number == position:
            turns.add("one", fail)
        else:
            add("one")
    add("other")
    await all_turns()
    assert made == [("one", 0)] * (CALLS_OF_A_TOPIC - 1) + [("other", 0)]
    assert told == ["'broken'"]
    add("one")
    await one_turn()
    assert len(made) == CALLS_OF_A_TOPIC + 1


@pytest.mark.parametrize("topic", ["one", "other"])
async def test_a_call_may_add_another(turns, add, made, topic):
    turns.add("one", lambda: add(topic))
    await one_turn()
    await one_turn()
    assert made == [(topic, 0)]


async def test_one_that_adds_itself_again_keeps_nobody_waiting(turns, add, made):
    def again():
        turns.add("one", again)

    again()
    add("other")
    await one_turn()
    assert made == [("other", 0)]
    turns._calls.clear()


async def test_while_there_are_no_calls_the_event_loop_is_left_alone(turns, add, made, monkeypatch):
    def note(self):
        turned.append(self)
        make_some(self)

    make_some, turned = Turns._make_some, []
    monkeypatch.setattr(Turns, "_make_some", note)
    add("one", 3)
    await all_turns()
    assert (len(made), len(turned)) == (3, 1)
