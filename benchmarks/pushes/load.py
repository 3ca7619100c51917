"""Wizards that push one after another over a connection that stays, and what that costs a server.

Threads with bare sockets and ready-made requests: they wait, nearly all of the time.
"""

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

from django_wizard_sessions.testing import a_push, a_task

_PLAN = {"events": [{"name": f"event_{n}", "file": f"app/page_{n}.tsx"} for n in range(8)]}


class Cost(NamedTuple):
    per_second: float
    """Pushes."""
    cpu_ms: float
    """Of the server, for each push."""


def a_run(session_id: str, tasks: int) -> list[bytes]:
    """The bodies of a run with so many tasks, which are done one by one."""
    return [
        json.dumps(
            a_push(
                session_id,
                event_plan=_PLAN,
                tasks=[
                    a_task(id=str(n), title=f"Task {n}: create a file and edit it", status=status)
                    for n, status in enumerate(
                        ["completed"] * done + ["in_progress"] + ["pending"] * (tasks - done - 1)
                    )
                ],
            )
        ).encode()
        for done in range(tasks)
    ]


@dataclass
class Wizards:
    key: str
    server: int
    """Its process."""
    tasks: int

    def push(self, url: str, wizards: int, seconds: float) -> Cost:
        cpu, begin = _cpu_seconds(self.server), time.perf_counter()
        with ThreadPoolExecutor(wizards) as pool:
            pushed = sum(pool.map(lambda n: self._push_for(seconds, url, n), range(wizards)))
        took = time.perf_counter() - begin
        return Cost(pushed / took, (_cpu_seconds(self.server) - cpu) / pushed * 1000)

    def _push_for(self, seconds: float, url: str, number: int) -> int:
        address = urlsplit(url)
        head = (
            f"POST {address.path} HTTP/1.1\r\nHost: localhost\r\n"
            f"Authorization: Bearer {self.key}\r\nContent-Type: application/json\r\n"
        )
        requests = [
            f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
            for body in a_run(f"{address.path.split('/')[1]}-{number}", self.tasks)
        ]
        pushed, deadline = 0, time.perf_counter() + seconds
        with socket.create_connection((address.hostname or "", address.port or 80)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while time.perf_counter() < deadline:
                connection.sendall(requests[pushed % len(requests)])
                _read_answer(connection)
                pushed += 1
        return pushed


def _read_answer(connection: socket.socket) -> None:
    answer = connection.recv(65536)
    while (end := answer.find(b"\r\n\r\n")) < 0:
        answer += connection.recv(65536)
    head = answer[:end].lower()
    if head.split(b" ", 2)[1] not in {b"200", b"201"}:
        raise RuntimeError(answer.decode())
    length = int(head.partition(b"content-length: ")[2].split(b"\r\n")[0])
    received = len(answer) - end - 4
    while received < length:
        received += len(connection.recv(65536))


def _cpu_seconds(pid: int) -> float:
    """Of all its threads: by the clock that clock_getcpuclockid(3) gives for a process."""
    return time.clock_gettime((~pid << 3) | 2)
