"""A server that is asked to stop, with streams open: each is told, and the server goes."""

import signal
import subprocess
import time
from contextlib import ExitStack

import pytest

from tests.example import migrated, running
from tests.factories import a_push

STREAMS = 200


@pytest.fixture
def stopping(server, tmp_path):
    with (
        migrated(f"sqlite:///{tmp_path}/db.sqlite3") as env,
        running(env, tmp_path, server) as example,
    ):
        yield example


def test_every_stream_is_ended_and_the_process_exits_within_5_seconds(stopping):
    stopping.push(a_push("last", workflow_id="last"))
    with ExitStack() as stack:
        streams = [stack.enter_context(stopping.stream(workflow_id="last")) for _ in range(STREAMS)]
        for stream in streams:
            stream.next()
        start = time.monotonic()
        stopping.process.send_signal(signal.SIGTERM)
        ends = [list(stream.blocks())[-1] for stream in streams]
        try:
            stopping.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            pytest.fail(f"It still ran after {time.monotonic() - start} s.")
    assert ends == [["event: end", "data: reconnect"]] * STREAMS
