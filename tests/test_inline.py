import asyncio
from functools import partial, wraps
from types import MethodType

import daphne.server
import pytest
from hypercorn.protocol.http_stream import HTTPStream
from uvicorn.protocols.http.h11_impl import RequestResponseCycle as H11Cycle
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle as HttptoolsCycle

from django_wizard_sessions.inline import begin, is_of_server


def of_uvicorn(cycle):
    return MethodType(cycle.send, object())


def of_daphne():
    return partial(MethodType(daphne.server.Server.handle_reply, object()), object())


class TestServers:
    @pytest.mark.parametrize(
        "send",
        [of_uvicorn(H11Cycle), of_uvicorn(HttptoolsCycle), of_daphne()],
        ids=["uvicorn with h11", "uvicorn with httptools", "daphne"],
    )
    def test_one_that_waits_for_nothing_while_the_client_keeps_up_is_known(self, send):
        assert is_of_server(send)

    def test_another_ones_send_is_called_in_a_task(self):
        assert not is_of_server(MethodType(HTTPStream.app_send, object()))
        assert not is_of_server(asyncio.sleep)

    def test_what_a_middleware_has_put_around_it_is_not_the_servers(self):
        class Middleware:
            async def send(self, message):
                await of_daphne()(message)

        async def function(send, message):
            await send(message)

        @wraps(of_uvicorn(H11Cycle))
        async def alike(message):
            await of_uvicorn(H11Cycle)(message)

        assert not is_of_server(function)
        assert not is_of_server(alike)
        assert not is_of_server(Middleware().send)
        assert not is_of_server(partial(function, of_daphne()))


async def test_what_need_not_wait_is_carried_out_at_once():
    async def note():
        done.append("this")

    done = []
    assert begin(note()) is None
    assert done == ["this"]


async def test_what_it_raises_before_it_waits_is_raised_at_once():
    async def fail():
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError, match="gone"):
        begin(fail())


class TestWhatHasToWait:
    """Is carried out as far as it can be, and the rest of it where it is awaited."""

    @pytest.fixture
    async def waits_for(self):
        return asyncio.get_running_loop().create_future()

    @pytest.fixture
    def steps(self):
        return []

    @pytest.fixture
    async def rest(self, waits_for, steps):
        async def work():
            steps.append("began")
            try:
                steps.append(await waits_for)
                await asyncio.sleep(0)  # and waits a second time
            except BaseException as error:
                steps.append(error)
                raise
            steps.append(asyncio.current_task())

        rest = begin(work())
        assert steps == ["began"]
        return rest

    async def test_it_is_given_what_it_waited_for(self, rest, waits_for, steps):
        waits_for.set_result("came")
        await rest
        assert steps == ["began", "came", asyncio.current_task()]

    async def test_it_is_told_of_a_fault(self, rest, waits_for, steps):
        waits_for.set_exception(fault := ConnectionError("gone"))
        with pytest.raises(ConnectionError, match="gone"):
            await rest
        assert steps == ["began", fault]

    async def test_it_is_cancelled_with_the_task_that_waits(self, rest, waits_for, steps):
        async def wait():
            await rest

        waiting = asyncio.create_task(wait())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait({waiting})
        assert waiting.cancelled()
        assert waits_for.cancelled()
        assert isinstance(steps[-1], asyncio.CancelledError)

    async def test_it_may_be_timed_out(self, rest, steps):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await rest
        assert isinstance(steps[-1], asyncio.CancelledError)


async def test_one_that_puts_up_with_its_cancellation_goes_on():
    async def work():
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            waiting.uncancel()
        await asyncio.sleep(0)
        done.append("the rest")

    async def wait(rest):
        await rest

    done = []
    waiting = asyncio.create_task(wait(begin(work())))
    await asyncio.sleep(0)
    waiting.cancel()
    await waiting
    assert done == ["the rest"]
