"""What it costs a wizard to be followed, whatever the server does: python -m benchmarks.reporting

Its work is sleep, so that only the calls of the client can make it longer.
"""

import os
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django_wizard_sessions.client import WizardRun
from tests.moody import HANGS_UP, moody_server

TASKS = 100
WORK = 0.05  # seconds that a task takes
CHANGES = 1000
NEVER = 3600  # seconds


class Stopwatch:
    def __init__(self) -> None:
        self.seconds = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds += time.perf_counter() - start


def work(url: str) -> tuple[float, float, float]:
    """The seconds that a wizard spends to be followed: to begin, at its tasks, and to end."""
    begin, middle, end = Stopwatch(), Stopwatch(), Stopwatch()
    with begin.running():
        run = WizardRun(url, workflow="benchmark", skill="none", on_fault=lambda _fault: None)
        run.__enter__()
        run.plan(*[f"Task {number} of the run" for number in range(TASKS)])
    for number in range(TASKS):
        with middle.running():
            task = run.task(f"Task {number} of the run")
            task.status = "in_progress"
        time.sleep(WORK)
        with middle.running():
            task.status = "completed"
    with end.running():
        run.__exit__(None, None, None)
    return begin.seconds, middle.seconds, end.seconds


def main() -> None:
    servers: dict[str, dict[str, Any]] = {
        "answers": {},
        "takes 2 s for each answer": {"delay": 2},
        "never answers": {"delay": NEVER},
        "answers 503": {"statuses": [503] * CHANGES},
        "answers 429": {"statuses": [429] * CHANGES},
        "answers 401": {"statuses": [401]},
        "is killed in mid-run": {"statuses": [201] * 5 + [HANGS_UP] * CHANGES},
    }
    print(f"Python {platform.python_version()} on {platform.machine()}, {os.cpu_count()} cores")
    print(f"{TASKS} tasks of {WORK * 1000:.0f} ms: what is added by a server that ...")
    for server, mood in servers.items():
        with moody_server() as moody:
            vars(moody).update(mood)
            begin, middle, end = work(moody.url)
        print(
            f"{server:>28}: {middle / (TASKS * WORK):.2%} to the tasks;"
            f" to begin {begin * 1000:.0f} ms, to end {end:.1f} s"
        )


if __name__ == "__main__":
    main()
