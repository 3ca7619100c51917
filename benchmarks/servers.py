"""Starts servers, each on the one core that the load client leaves alone, and stops them."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from .accounting import with_children
from .machine import COMMANDS, ROOT, SERVER_CORES

PATIENCE = 30  # seconds
SETTLING = 1.5  # seconds
UVICORN = ["--host", "127.0.0.1", "--no-access-log", "--timeout-graceful-shutdown", "2"]
LOOP = os.environ.get("BENCHMARKS_LOOP", "auto")


@dataclass(frozen=True)
class Server:
    """A peer that runs: where, and the requests that it takes."""

    port: int
    process: int
    subscribe: str
    publish: str
    latest: str | None = None
    """What reads what a stream begins with, by the same way through the same stack."""
    opening: str = "PUSH"
    """What the first event holds."""
    silent_opening: str = "200"
    """What a stream of a topic holds that was never pushed to."""

    collects_garbage: bool = True

    @property
    def pids(self) -> list[int]:
        return with_children(self.process)

    def settle(self) -> None:
        """Until only what is in use is in memory."""
        if self.collects_garbage:
            os.kill(self.process, signal.SIGUSR1)
        time.sleep(SETTLING)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(
    command: Sequence[str], port: int, log: Path, env: Mapping[str, str] | None = None
) -> Iterator[int]:
    """The server's process, once it takes connections."""
    executable = shutil.which(command[0], path=f"{Path(sys.executable).parent}:{COMMANDS}")
    if executable is None:
        raise FileNotFoundError(command[0])
    with log.open("w") as output:
        process = subprocess.Popen(
            [executable, *command[1:]], cwd=ROOT, env=env, stdout=output, stderr=output
        )
    os.sched_setaffinity(process.pid, SERVER_CORES)  # before it has any thread or worker
    try:
        _wait_until_it_listens(process, port, log)
        yield process.pid
    finally:
        _stop(process)


@contextmanager
def uvicorn(
    application: str,
    folder: Path,
    env: Mapping[str, str] | None = None,
    options: Sequence[str] = (),
) -> Iterator[tuple[int, int]]:
    """The process and its port."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.serving", *UVICORN]
    command = [*command, "--port", str(port), "--loop", LOOP, *options, application]
    with running(command, port, folder / f"{port}.log", env) as process:
        yield process, port


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"No server: {log.read_text()}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
