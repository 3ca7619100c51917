"""What ``make demo`` runs, as its user meets it in a terminal."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from tests.example import ROOT, environment, free_port

PATIENCE = 30  # seconds, to start
PROMPTLY = 2  # seconds, to end


class Demo:
    """A demo in a process group of its own, as a shell starts it, and all that it prints."""

    def __init__(self, port):
        self.port = port
        self.output = ""
        self.process = subprocess.Popen(
            [sys.executable, "example_project/manage.py", "demo"],
            cwd=ROOT,
            env={**environment("sqlite:////nowhere/at/all.sqlite3"), "PORT": str(port)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.output += line

    def printed(self, pattern):
        """Waits for a line; the first group of the match."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            reading = self._reader.is_alive()
            if match := re.search(pattern, self.output, re.MULTILINE):
                return match[1]
            if not reading:
                break
            time.sleep(0.02)
        raise AssertionError(self.output)

    def ended(self, patience=PROMPTLY):
        """Waits for the end of it; its exit code.

        The output ends when there is no process left, of all that were started, to write to it.
        """
        self._reader.join(patience)
        assert not self._reader.is_alive(), f"Not all of it ended:\n{self.output}"
        assert "Traceback" not in self.output, self.output
        return self.process.wait()

    def server(self):
        """The process id of the server."""
        for command in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):  # it may have ended meanwhile
                if {b"daphne", str(self.port).encode()} <= set(command.read_bytes().split(b"\0")):
                    return int(command.parent.name)
        raise AssertionError(self.output)


@contextmanager
def demo_at(port):
    demo = Demo(port)
    with demo.process:
        try:
            yield demo
        finally:
            demo.process.terminate()


def test_the_demo_shows_recorded_runs_until_ctrl_c():
    port = free_port()
    with demo_at(port) as demo:
        url = demo.printed(r"(http://127\.0\.0\.1:\d+/)$")
        assert url == f"http://127.0.0.1:{port}/"
        page = httpx.get(url).text
        assert "You were logged in as alice." in page

        curl = shlex.split(demo.printed(r"^(curl .+)$"))
        answer = subprocess.run(
            [*curl, "--silent", "--max-time", "2"], capture_output=True, text=True, check=False
        )
        frames = re.findall(r"^data: (.+)$", answer.stdout, re.MULTILINE)
        assert len(frames) > 2
        assert all('"run_phase":"running"' in frame for frame in frames)

        demo.printed(r"^(posthog-integration-nextjs-app-router-\S+Z  running)$")
        os.killpg(demo.process.pid, signal.SIGINT)
        assert demo.ended() == 0
        assert demo.output.count("curl") == 1
        with socket.socket() as successor:
            successor.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            successor.bind(("127.0.0.1", port))


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_the_demo_alone_ends_all_of_it(stop):
    with demo_at(free_port()) as demo:
        demo.printed(r"^(Preparing)")
        demo.process.send_signal(stop)
        assert demo.ended() == 0


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="finds the server in /proc")
def test_a_server_that_dies_ends_the_demo_with_a_message():
    with demo_at(free_port()) as demo:
        demo.printed(r"(running)$")
        os.kill(demo.server(), signal.SIGKILL)
        assert demo.ended() == 1
        assert "The server ended by itself, with exit code -9." in demo.output


def test_a_taken_port_is_told():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with demo_at(port) as demo:
            assert demo.ended(PATIENCE) == 1
    assert demo.output == (
        f"CommandError: Port {port} cannot be used: Address already in use. "
        "Choose another, as in: PORT=8001 make demo\n"
    )


def test_a_port_that_is_none_is_told():
    with demo_at("http") as demo:
        assert demo.ended(PATIENCE) == 1
    assert demo.output == ("CommandError: PORT must be a number from 1 to 65535, not 'http'.\n")
