"""A look into the running event loop: its clock, its tasks and its timers."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import iscoroutine
from typing import Any

TURNS = 50  # of the loop: more than anything needs that waits for neither clock nor thread


async def settled() -> None:
    """When all is done that waits for neither the clock nor a thread."""
    for _ in range(TURNS):
        await asyncio.sleep(0)


class Clock:
    """Stands still, but for when a test puts it forward."""

    def __init__(self) -> None:
        self.now = 1000.0

    async def advance(self, seconds: float) -> None:
        self.now += seconds
        await settled()


@contextmanager
def stopped_clock() -> Iterator[Clock]:
    """In place of the loop's own."""
    loop: Any = asyncio.get_running_loop()
    clock = Clock()
    loop.time = lambda: clock.now
    try:
        yield clock
    finally:
        del loop.time


def faults_told() -> list[str]:
    """What is told to the loop's exception handler from now on."""
    faults: list[str] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: faults.append(str(context["exception"])))
    return faults


@contextmanager
def tasks_created() -> Iterator[list[str]]:
    """The names of the coroutines that a task was made for meanwhile."""

    def create(loop: Any, coroutine: Any, **options: Any) -> asyncio.Task[Any]:
        names.append(coroutine.__qualname__)
        return asyncio.Task(coroutine, loop=loop, **options)

    names: list[str] = []
    loop = asyncio.get_running_loop()
    loop.set_task_factory(create)
    try:
        yield names
    finally:
        loop.set_task_factory(None)


def running_tasks() -> list[str]:
    """The names of their coroutines; without the task that asks."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    coroutines = (task.get_coro() for task in others)
    return sorted(coroutine.__qualname__ for coroutine in coroutines if iscoroutine(coroutine))


def timers() -> list[str]:
    """The names of what will be called later."""
    loop: Any = asyncio.get_running_loop()
    callbacks: list[Callable[..., object]] = [
        handle._callback for handle in loop._scheduled if not handle.cancelled()
    ]
    return sorted(callback.__qualname__ for callback in callbacks)
