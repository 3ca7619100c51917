"""The example host as its users run it: real processes on real sockets."""

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import SystemRandom
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx

from .sse import NO_TLS, RESET_ON_CLOSE, EventStream

ROOT = Path(__file__).parent.parent
COMMANDS = {
    "daphne": "daphne -b 127.0.0.1 -p {port}",
    # Where there is one, an option says how long to wait for a client that does not read.
    "uvicorn": "uvicorn --host 127.0.0.1 --port {port} --timeout-graceful-shutdown 2",
    # Its worker processes are told to stop by no signal: without them, the process itself serves.
    "hypercorn": "hypercorn --workers 0 --bind 127.0.0.1:{port}",
    "granian": "granian --interface asgi --host 127.0.0.1 --port {port} --workers-kill-timeout 2",
}
SERVERS = list(COMMANDS)
READ = "wizard_session:read"
WRITE = "wizard_session:write"
# All in one process: to start it takes longer than what it does.
PREPARE = f"""
from django.core.management import call_command
call_command("prepare_demo")
call_command("create_api_key", "alice", "--scope", "{READ}", "{WRITE}")
"""
_keys: dict[str, str] = {}
"""Of Alice, by the URL of the database: all servers on it have the same."""


def free_port() -> int:
    """Of those that no system gives to clients, nor two runs of the tests to two servers."""
    while True:
        port = SystemRandom().randrange(10_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def inherited_environment() -> dict[str, str]:
    """Without what the test run itself put there."""
    own = ("DJANGO_", "EXAMPLE_", "PYTEST_", "PYTHONPATH", "COLUMNS", "LINES")
    return {name: value for name, value in os.environ.items() if not name.startswith(own)}


def environment(
    database_url: str, redis_url: str | None = None, /, **wizard_sessions: Any
) -> dict[str, str]:
    given = {
        "EXAMPLE_DATABASE_URL": database_url,
        "EXAMPLE_WIZARD_SESSIONS": json.dumps(wizard_sessions),
        "EXAMPLE_REDIS_URL": redis_url or "",
    }
    if redis_url:
        given["DJANGO_SETTINGS_MODULE"] = "tests.own_channels"
        given["EXAMPLE_CHANNELS"] = f"asgi-{uuid.uuid4().hex}"
    return {**inherited_environment(), **given}


def manage(env: dict[str, str], *arguments: str) -> str:
    """The standard output of a management command of the example."""
    done = subprocess.run(
        [sys.executable, "example_project/manage.py", *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def create_key(
    env: dict[str, str],
    username: str = "alice",
    *arguments: str,
    scopes: Sequence[str] = (READ, WRITE),
) -> str:
    return manage(env, "create_api_key", username, *arguments, "--scope", *scopes)


@dataclass
class Example:
    """A running example, as one of its users sees it."""

    url: str
    env: dict[str, str]
    log: Path
    launch: Callable[[], subprocess.Popen[bytes]]
    key: str = ""
    project: int = 1
    expected: str = "(?!)"
    """What exceptions may leave their tracebacks in the log: a pattern of their names."""
    tls: ssl.SSLContext = NO_TLS
    """Whom a client trusts, where a proxy in front speaks TLS."""

    def start(self) -> None:
        """On the same port each time."""
        self.process = self.launch()
        _wait_until_it_answers(self.url, self.process, self.log)

    def unexpected(self) -> list[str]:
        raised = re.findall(r"Traceback \(most.*\n(?:[ \t].*\n|\n)*(.*)", self.log.read_text())
        return [exception for exception in raised if not re.match(self.expected, exception)]

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """With its workers, as the kernel does that has no memory left."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    @property
    def sessions(self) -> str:
        return f"{self.url}/api/projects/{self.project}/wizard/sessions/"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    @cached_property
    def client(self) -> httpx.Client:
        """Without cookies: the API sets none."""
        return httpx.Client(timeout=30, verify=self.tls)

    def request(
        self, method: str, path: str = "", *, key: str | None = None, **arguments: Any
    ) -> httpx.Response:
        """To a path below ``sessions/``, or to a whole URL; an empty key sends none."""
        url = path if path.startswith("http") else self.sessions + path
        key = self.key if key is None else key
        headers = {"Authorization": f"Bearer {key}".encode()} if key else {}
        return self.client.request(
            method, url, headers={**headers, **arguments.pop("headers", {})}, **arguments
        )

    def get(self, path: str = "", **arguments: Any) -> httpx.Response:
        return self.request("GET", path, **arguments)

    def push(self, body: Any, **arguments: Any) -> httpx.Response:
        return self.request("POST", json=body, **arguments)

    def stream(self, *, after: str = "", **params: str) -> EventStream:
        """As a client opens it that comes ``after`` the event with this id."""
        headers = {**self.headers, "Last-Event-ID": after} if after else self.headers
        url = f"{self.sessions}stream/"
        return EventStream(url, params=params, headers=headers, tls=self.tls)

    @contextmanager
    def silent_client(self, **params: str) -> Iterator[socket.socket]:
        """It asks for a stream, never reads a byte of it, and goes by a TCP reset."""
        address = urlsplit(self.url)
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            client.connect((address.hostname, address.port))
            path = f"{urlsplit(self.sessions).path}stream/?{urlencode(params)}"
            client.sendall(
                f"GET {path} HTTP/1.1\r\nHost: localhost\r\n"
                f"Authorization: Bearer {self.key}\r\n\r\n".encode()
            )
            yield client

    def log_in(self, username: str = "alice") -> dict[str, str]:
        """The cookies of a browser in which this user logged in by the form."""
        with httpx.Client() as browser:
            form = browser.get(f"{self.url}/accounts/login/").text
            token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
            assert token, form
            answer = browser.post(
                f"{self.url}/accounts/login/",
                data={"username": username, "password": username, "csrfmiddlewaretoken": token[1]},
            )
            assert answer.status_code == 302, answer.text
            return dict(browser.cookies)


@contextmanager
def migrated(
    database_url: str, redis_url: str | None = None, /, **wizard_sessions: Any
) -> Iterator[dict[str, str]]:
    """The environment of an example whose database has its tables and its data."""
    env = environment(database_url, redis_url, **wizard_sessions)
    _keys[database_url] = manage(env, "shell", "-c", PREPARE).splitlines()[-1]
    yield env


@contextmanager
def running(
    env: dict[str, str],
    folder: Path,
    server: str = "uvicorn",
    application: str = "example_project.asgi:application",
    options: Sequence[str] = (),
) -> Iterator[Example]:
    """The example on a server of its own. No test may leave a traceback in the server's log."""
    port = free_port()
    command = [*COMMANDS[server].format(port=port).split(), *options]
    executable = Path(sys.executable).parent / command[0]
    log = folder / f"{server}-{port}.log"

    def launch() -> subprocess.Popen[bytes]:
        with log.open("a") as output:
            return subprocess.Popen(
                [executable, *command[1:], application],
                cwd=ROOT,
                env=env,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # granian's workers are processes of their own
            )

    example = Example(f"http://127.0.0.1:{port}", env, log, launch)
    try:
        example.start()
        example.key = _keys.get(env["EXAMPLE_DATABASE_URL"]) or create_key(env)
        with example.client:
            yield example
    finally:
        _stop(example)
    assert example.unexpected() == [], log.read_text()


def _wait_until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            httpx.get(f"{url}/accounts/login/", timeout=5)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(log.read_text())


def _stop(example: Example) -> None:
    example.terminate()
    # Some servers wait for their open streams: their shutdown has its own issue, not these tests.
    with suppress(subprocess.TimeoutExpired):
        example.process.wait(timeout=5)
    example.kill()
