"""Tabs that follow a workflow, and read what they are sent: of a server that is not pushed to.

Run as a program: python -m benchmarks.pushes.followers URL KEY COUNT
"""

import os
import selectors
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from urllib.parse import urlsplit

from tests.example import Example, running


@contextmanager
def followers(env: dict[str, str], folder: Path, workflow_id: str, count: int) -> Iterator[None]:
    """On the machine's idle time: they must not keep the wizards waiting."""
    with running(env, folder) if count else nullcontext() as server:
        if server is None:
            yield
            return
        process = _tabs(server, workflow_id, count)
        try:
            yield
        finally:
            process.terminate()
            process.wait()


def _tabs(server: Example, workflow_id: str, count: int) -> "subprocess.Popen[str]":
    url = f"{server.sessions}stream/?workflow_id={workflow_id}"
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.pushes.followers", url, server.key, str(count)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    if process.stdout is None or process.stdout.readline() != "open\n":
        raise RuntimeError("The followers' streams did not open.")
    for pid in (server.process.pid, process.pid):
        os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))
    return process


def main() -> None:
    url, key, count = sys.argv[1:]
    address = urlsplit(url)
    request = (
        f"GET {address.path}?{address.query} HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {key}\r\n\r\n"
    )
    selector = selectors.DefaultSelector()
    for _ in range(int(count)):
        connection = socket.create_connection((address.hostname or "", address.port or 80))
        connection.sendall(request.encode())
        if not connection.recv(65536).startswith(b"HTTP/1.1 200"):
            sys.exit("A stream was refused.")
        selector.register(connection, selectors.EVENT_READ, connection)
    print("open", flush=True)
    while True:
        for key_of_one, _ in selector.select():
            if not key_of_one.data.recv(1 << 20):
                selector.unregister(key_of_one.data)


if __name__ == "__main__":
    main()
