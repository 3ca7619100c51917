"""Clients that do not read, while others do.

What is measured is a process that only streams: the pushes are made to another one.
"""

import signal
import subprocess
from contextlib import contextmanager

import pytest

from tests import services
from tests.example import SERVERS, migrated, running
from tests.factories import a_push
from tests.lengths import at_length

from .conftest import APPLICATION
from .inside import inside, wait_for
from .memory import FRUGAL, MEBIBYTE, measured, resident

WORKFLOW = "large"
WRITE_TIMEOUT = 4  # seconds
WARM_UP = 10 * MEBIBYTE
SOME = ["daphne", "uvicorn"]  # which has no back-pressure of its own, and which has
PRODUCED = at_length(short=48, thorough=300) * MEBIBYTE


@pytest.fixture(scope="module")
def pushed_to(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pushed-to")
    with (
        migrated(
            f"sqlite:///{folder}/db.sqlite3",
            services.require_redis(),
            STREAM_WRITE_TIMEOUT=WRITE_TIMEOUT,
        ) as env,
        running(env, folder) as example,
    ):
        yield example


@pytest.fixture(params=at_length(short=SOME, thorough=SERVERS))
def streaming(request, pushed_to, tmp_path):
    """Another process of the same host."""
    with running({**pushed_to.env, **FRUGAL}, tmp_path, request.param, APPLICATION) as example:
        yield example


@contextmanager
def hanging_client(example):
    """Its connection is well, and it has begun to read, but its process does not go on."""
    url = f"{example.sessions}stream/?workflow_id={WORKFLOW}"
    command = [services.require_curl(), "-sN", "-H", f"Authorization: Bearer {example.key}", url]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            process.kill()


@measured
def test_they_are_cut_off_and_cost_no_memory_and_nobody_else_a_frame(pushed_to, streaming):
    large = {"text": "x" * 250_000}

    def produce(amount):
        """The memory at its most, while frames of this size in all are made and read."""
        memory = []
        while amount > 0:
            push = a_push("large", workflow_id=WORKFLOW, event_plan=large, error=large)
            pushed = pushed_to.push(push).text
            while reader.next().data != pushed:
                pass
            memory.append(resident(streaming))
            amount -= len(pushed)
        return max(memory)

    with streaming.stream(workflow_id=WORKFLOW) as reader:
        before = produce(WARM_UP)
        with streaming.silent_client(workflow_id=WORKFLOW), hanging_client(streaming):
            wait_for(lambda: inside(streaming)["streams"] == 3, seconds=5)
            assert produce(PRODUCED) - before < 16 * MEBIBYTE
            wait_for(lambda: inside(streaming)["streams"] == 1, seconds=WRITE_TIMEOUT + 3)
            produce(1)
