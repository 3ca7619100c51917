import asyncio
import signal

import pytest

from django_wizard_sessions.shutdown import before_shutdown


@pytest.fixture(params=[signal.SIGTERM, signal.SIGINT])
def number(request):
    before = signal.getsignal(request.param)
    yield request.param
    signal.signal(request.param, before)


@pytest.fixture
def order(number):
    """What happened in turn. The server's own handler takes part."""
    order = []
    signal.signal(number, lambda *_: order.append("server"))
    return order


async def until_the_server_is_called(order):
    async with asyncio.timeout(1):
        while "server" not in order:  # noqa: ASYNC110  # it is a signal handler that says so
            await asyncio.sleep(0)


async def test_streams_end_before_the_servers_own_handler_is_called(number, order):
    async def end():
        order.append("streams")

    before_shutdown(end)
    signal.raise_signal(number)
    await until_the_server_is_called(order)
    assert order == ["streams", "server"]


async def test_streams_that_do_not_end_hold_the_server_up_for_a_moment_only(
    number, order, monkeypatch
):
    monkeypatch.setattr("django_wizard_sessions.shutdown.GRACE", 0.05)
    before_shutdown(asyncio.Future)
    signal.raise_signal(number)
    await until_the_server_is_called(order)
    assert order == ["server"]


async def test_a_second_signal_goes_to_the_server_at_once(number, order):
    before_shutdown(asyncio.Future)
    signal.raise_signal(number)
    signal.raise_signal(number)
    assert order == ["server"]


async def test_asked_again_it_asks_the_streams_of_today(number, order):
    async def end_nothing():
        order.append("none")

    async def end():
        order.append("streams")

    before_shutdown(end_nothing)
    before_shutdown(end)
    signal.raise_signal(number)
    await until_the_server_is_called(order)
    assert order == ["streams", "server"]


def test_without_a_loop_that_runs_the_server_is_called_at_once(number, order):
    async def start():
        before_shutdown(asyncio.Future)

    asyncio.run(start())
    signal.raise_signal(number)
    assert order == ["server"]


async def test_outside_of_the_main_thread_signals_are_left_alone(number, order):
    handler = signal.getsignal(number)

    async def elsewhere():
        before_shutdown(asyncio.Future)

    await asyncio.to_thread(asyncio.run, elsewhere())
    assert signal.getsignal(number) is handler
