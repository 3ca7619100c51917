"""What is going on inside the server's process, as ``inspected_asgi`` tells it."""

import time
from collections.abc import Callable
from typing import Any

from tests.example import Example

NOTHING: dict[str, Any] = {"streams": 0, "groups": 0, "slots": 0, "tasks": {}}


def inside(example: Example) -> dict[str, Any]:
    seen: dict[str, Any] = example.client.get(f"{example.url}/inside/").json()
    return seen


def wait_for(condition: Callable[[], object], seconds: float) -> None:
    """For at most so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
