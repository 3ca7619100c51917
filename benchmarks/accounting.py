"""What processes have used, as the kernel accounts for it: processor time and memory."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


def with_children(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in children for each in with_children(int(child)))]


def cpu_seconds(pids: Iterable[int]) -> float:
    """Of all their threads, those that have ended too, to the nanosecond.

    The clock is the one that ``clock_getcpuclockid(3)`` gives for another process; its value is
    what ``utime`` and ``stime`` in ``/proc/PID/stat`` are rounded from.
    """
    return sum(time.clock_gettime((~pid << 3) | 2) for pid in pids)


def memory_kib(pids: Iterable[int]) -> int:
    """Their proportional set size: what processes share is counted once."""
    return sum(_pss(Path(f"/proc/{pid}/smaps_rollup").read_text()) for pid in pids)


def _pss(rollup: str) -> int:
    [line] = [line for line in rollup.splitlines() if line.startswith("Pss:")]
    return int(line.split()[1])


@dataclass
class Usage:
    pids: list[int]
    cpu: float = 0.0
    seconds: float = 0.0

    @property
    def share(self) -> float:
        """Of one core."""
        return self.cpu / self.seconds


@contextmanager
def usage(pids: list[int]) -> Iterator[Usage]:
    """What the processes use while this runs."""
    used = Usage(pids)
    cpu, wall = cpu_seconds(pids), time.monotonic()
    yield used
    used.cpu, used.seconds = cpu_seconds(pids) - cpu, time.monotonic() - wall
