"""What ``make demo`` runs, as its user meets it in a terminal."""

import os
import re
import shlex
import signal
import socket
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.example import free_port

from .demo import PATIENCE, demo_at

needs_proc = pytest.mark.skipif(
    not Path("/proc/self").exists(), reason="finds the demo's processes in /proc"
)


def test_the_demo_begins_with_a_run_and_ends_with_ctrl_c():
    port = free_port()
    with demo_at(port) as demo:
        url = demo.printed(r"(http://127\.0\.0\.1:\d+/)$")
        assert url == f"http://127.0.0.1:{port}/"
        assert httpx.get(url).is_success

        curl = shlex.split(demo.printed(r"^(curl .+)$"))
        answer = subprocess.run(
            [*curl, "--silent", "--max-time", "3"], capture_output=True, text=True, check=False
        )
        frames = re.findall(r"^data: (.+)$", answer.stdout, re.MULTILINE)
        assert len(frames) >= 2
        assert all('"run_phase":"running"' in frame for frame in frames)

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


@needs_proc
def test_a_wizard_that_hangs_ends_with_the_demo():
    with demo_at(free_port()) as demo:
        demo.printed(r"^(curl)")
        os.kill(demo.wizard(), signal.SIGSTOP)
        demo.process.send_signal(signal.SIGINT)
        assert demo.ended() == 0
        assert demo.wizard() is None


@needs_proc
def test_a_server_that_dies_ends_the_demo_with_a_message():
    with demo_at(free_port()) as demo:
        demo.printed(r"^(curl)")
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
