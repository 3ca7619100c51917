"""The load client, as the benchmark has it: a process on a core of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.machine import CLIENT_CORES, ROOT

LIMIT = 0.9
"""Of its core: a client that was busier was the limit itself."""


class LoadClient:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._answers: dict[int, dict[str, Any]] = {}
        self._number = 0

    def start(self, do: str, **arguments: Any) -> int:
        """Begins something that runs beside what is done next; ``result()`` waits for it."""
        self._number += 1
        command = {"number": self._number, "command": {"do": do, **arguments}}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        return self._number

    def result(self, number: int) -> dict[str, Any]:
        assert self._process.stdout is not None
        while number not in self._answers:
            line = self._process.stdout.readline()
            if not line:
                raise RuntimeError("The load client ended.")
            answer = json.loads(line)
            self._answers[answer.pop("number")] = answer
        result = self._answers.pop(number)
        if "fault" in result:
            raise RuntimeError(f"The load client: {result['fault']}")
        return result

    def do(self, do: str, **arguments: Any) -> dict[str, Any]:
        return self.result(self.start(do, **arguments))


@contextmanager
def load_client(*, is_crowd: bool = False) -> Iterator[LoadClient]:
    """``is_crowd``: it runs when no other client wants to, which is to notice nothing of it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.load"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    os.sched_setaffinity(process.pid, CLIENT_CORES)
    if is_crowd:
        os.sched_setscheduler(process.pid, os.SCHED_IDLE, os.sched_param(0))
    try:
        yield LoadClient(process)
    finally:
        process.kill()
        process.wait()
