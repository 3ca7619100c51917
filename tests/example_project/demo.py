"""A demo as a shell starts it."""

import re
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.example import ROOT, environment

PATIENCE = 30  # seconds, to start
PROMPTLY = 5  # seconds, to end: also on a machine that has much to do


class Demo:
    """A demo in a process group of its own, and all that it prints."""

    def __init__(self, port):
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
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
        assert self.process.stdout
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
        """The process id of the server, if it runs."""
        return self._process("-m", "daphne")

    def wizard(self):
        """The process id of the wizard, if one runs."""
        return self._process("-m", "example_project.demo.replay")

    def _process(self, *arguments):
        """Of all that the demo started, and that its end may have left."""
        command = b"\0".join(argument.encode() for argument in arguments)
        own = f"PORT={self.port}\0".encode()
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # it may have ended meanwhile
                environ, cmdline = (process / "environ", process / "cmdline")
                if own in environ.read_bytes() and command in cmdline.read_bytes():
                    return int(process.name)
        return None


@contextmanager
def demo_at(port):
    demo = Demo(port)
    with demo.process:
        try:
            yield demo
        finally:
            demo.process.terminate()
