"""What is going on inside the server's process, as ``inspected_asgi`` tells it."""

import time

NOTHING = {"streams": 0, "groups": 0, "slots": 0, "tasks": {}}


def inside(example):
    return example.client.get(f"{example.url}/inside/").json()


def wait_for(condition, seconds):
    """For at most so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
