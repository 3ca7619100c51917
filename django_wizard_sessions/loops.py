import asyncio
from collections.abc import Callable
from typing import TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")


def of_running_loop(make: Callable[[], T]) -> Callable[[], T]:
    """Gives each event loop one of its own, made when it is asked for first."""
    made: WeakKeyDictionary[asyncio.AbstractEventLoop, T] = WeakKeyDictionary()

    def get() -> T:
        loop = asyncio.get_running_loop()
        if loop not in made:
            for closed in [other for other in made if other.is_closed()]:
                del made[closed]  # what it has of its own may hold the loop, and so itself
            made[loop] = make()
        return made[loop]

    return get
