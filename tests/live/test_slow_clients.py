"""A client that does not read, while others do."""

import os
import socket
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.example import migrated, running
from tests.factories import a_push

from .conftest import APPLICATION
from .inside import inside, wait_for

MEBIBYTE = 2**20
PUSHES = 150
# The allocator gives back what is free, or its habits would be what is measured.
FRUGAL = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "65536"}


@pytest.fixture(params=["daphne", "uvicorn"])
def example(request, tmp_path):
    """On a server that has no back-pressure of its own, and on one that has."""
    with (
        migrated(f"sqlite:///{tmp_path}/db.sqlite3", STREAM_WRITE_TIMEOUT=8) as env,
        running({**env, **FRUGAL}, tmp_path, request.param, APPLICATION) as example,
    ):
        yield example


def silent_client(example):
    """It asks for the stream, and never reads a byte of it."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    address = urlsplit(example.url)
    client.connect((address.hostname, address.port))
    path = f"{urlsplit(example.sessions).path}stream/?workflow_id=large"
    client.sendall(
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {example.key}\r\n\r\n".encode()
    )
    return client


def resident(example):
    """The memory of the server, in bytes: of the process that it started, or of its worker."""
    group = os.getpgid(example.process.pid)
    pids = [int(path.name) for path in Path("/proc").glob("[0-9]*") if _group(path) == group]
    statuses = [Path(f"/proc/{pid}/statm").read_text().split() for pid in pids]
    return sum(int(status[1]) for status in statuses) * os.sysconf("SC_PAGESIZE")


def _group(process):
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[2])
    except OSError:
        return None


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads /proc")
def test_it_is_cut_off_and_costs_no_memory_and_no_other_a_frame(example):
    large = {"text": "x" * 250_000}

    def push_and_read(count):
        for _ in range(count):
            push = a_push("large", workflow_id="large", event_plan=large, error=large)
            pushed = example.push(push).text
            while reader.next().data != pushed:
                pass

    with example.stream(workflow_id="large") as reader:
        push_and_read(20)
        before = resident(example)
        with closing(silent_client(example)):
            wait_for(lambda: inside(example)["streams"] == 2, seconds=5)
            push_and_read(PUSHES)
            # Of 71 that were produced. Without such a client, it varies by up to 30.
            assert resident(example) - before < 36 * MEBIBYTE
            wait_for(lambda: inside(example)["streams"] == 1, seconds=15)
            push_and_read(1)
