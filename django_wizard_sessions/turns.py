import asyncio
from collections import deque
from collections.abc import Callable

CALLS_AT_ONCE = 10  # of some 20 microseconds each; then the event loop does what else is due
CALLS_OF_A_TOPIC = 5


class Turns:
    """Makes calls soon: in turns among topics, so that one of many tabs keeps no other waiting.

    Within a topic, in the order in which they were added.
    """

    def __init__(self) -> None:
        self._calls: dict[str, deque[Callable[[], None]]] = {}

    def add(self, topic: str, call: Callable[[], None]) -> None:
        calls = self._calls.get(topic)
        if calls is not None:
            calls.append(call)
            return
        if not self._calls:
            asyncio.get_running_loop().call_soon(self._make_some)
        self._calls[topic] = deque([call])

    def _make_some(self) -> None:
        left = CALLS_AT_ONCE
        try:
            while self._calls and left > 0:
                topic, calls = next(iter(self._calls.items()))
                for _ in range(min(len(calls), CALLS_OF_A_TOPIC)):
                    left -= 1
                    calls.popleft()()
                del self._calls[topic]
                if calls:
                    self._calls[topic] = calls  # behind the others
        finally:
            if self._calls:
                asyncio.get_running_loop().call_soon(self._make_some)
