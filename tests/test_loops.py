import asyncio
import gc

import pytest

from django_wizard_sessions.loops import of_running_loop


class Thing:
    pass


@pytest.fixture
def get():
    return of_running_loop(Thing)


async def ask(get):
    return get()


async def ask_twice(get):
    return get(), get()


def test_a_loop_has_one_of_its_own(get):
    one, again = asyncio.run(ask_twice(get))
    assert one is again
    assert asyncio.run(ask(get)) is not one


def test_it_is_made_when_it_is_asked_for_first():
    made = []
    get = of_running_loop(lambda: made.append("this"))
    assert made == []
    asyncio.run(ask_twice(get))
    assert made == ["this"]


def test_each_function_gives_another(get):
    other = of_running_loop(Thing)

    async def ask_both():
        return get(), other()

    one, another = asyncio.run(ask_both())
    assert one is not another


def test_without_a_loop_there_is_none(get):
    with pytest.raises(RuntimeError, match="no running event loop"):
        get()


def test_a_loop_that_is_gone_leaves_nothing_behind():
    made = []

    class Counted:
        def __init__(self):
            made.append(1)

        def __del__(self):
            made.pop()

    get = of_running_loop(Counted)
    asyncio.run(ask(get))
    gc.collect()
    assert made == []
