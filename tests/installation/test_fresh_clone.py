import os
import re
import signal
import subprocess
import time

import httpx
import pytest

from tests.documented import blocks
from tests.example import free_port, inherited_environment


@pytest.fixture(scope="module")
def demo(fresh_clone):
    """`make demo` in a fresh clone, and how long its first page took."""
    port = free_port()
    output = fresh_clone / "demo.log"
    start = time.monotonic()
    with output.open("w") as log:
        process = subprocess.Popen(
            ["make", "demo"],
            cwd=fresh_clone,
            env={**inherited_environment(), "PORT": str(port)},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        url = f"http://127.0.0.1:{port}/"
        while not _answers(url):
            assert process.poll() is None, output.read_text()
            assert time.monotonic() - start < 120, output.read_text()
            time.sleep(0.1)
        yield url, time.monotonic() - start, output
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=10)
        assert not _answers(url)
        assert "Traceback" not in output.read_text()
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _answers(url):
    try:
        return httpx.get(url, follow_redirects=True).is_success
    except httpx.TransportError:
        return False


def test_the_demos_first_page_comes_within_a_minute(demo):
    _url, seconds, _output = demo
    assert seconds < 60


def test_its_curl_line_follows_the_stream(demo):
    _url, _seconds, output = demo
    deadline = time.monotonic() + 10
    while not (line := re.search(r"curl -N .*", output.read_text())):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    followed = subprocess.run(
        f"{line[0]} --silent --max-time 4", shell=True, capture_output=True, text=True, check=False
    )
    assert followed.stdout.count("\ndata: {") >= 2


def test_the_readmes_two_commands_are_those_of_the_makefile(fresh_clone):
    commands = blocks("README", "See it")[0].splitlines()
    assert commands == ["make demo", "make test"]
    for command in commands:
        subprocess.run(
            [*command.split(), "--dry-run"], cwd=fresh_clone, check=True, capture_output=True
        )
