import os
from pathlib import Path

import pytest

from tests.example import Example

MEBIBYTE = 2**20
# The allocator gives back what is free, or its habits would be what is measured.
FRUGAL = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "65536"}

measured = pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads /proc")


def resident(example: Example) -> int:
    """The memory of the server, in bytes: of the process that it started, or of its worker."""
    group = os.getpgid(example.process.pid)
    pids = [int(path.name) for path in Path("/proc").glob("[0-9]*") if _group(path) == group]
    statuses = [Path(f"/proc/{pid}/statm").read_text().split() for pid in pids]
    return sum(int(status[1]) for status in statuses) * os.sysconf("SC_PAGESIZE")


def _group(process: Path) -> int | None:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[2])
    except OSError:
        return None
