import time
from collections.abc import Callable

PATIENCE = 20  # seconds


def wait_until(condition: Callable[..., object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)
