"""The command as its users run it: in a terminal, or with its output elsewhere."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from contextlib import contextmanager
from threading import Thread

import pyte

from tests.example import ROOT, inherited_environment

COMMAND = [sys.executable, "-m", "django_wizard_sessions"]
WITHOUT = [sys.executable, "tests/client/without.py"]
PATIENCE = 20  # seconds
SETTLED = 0.03  # seconds: what is drawn arrives in pieces, and a half is not to be looked at


def environment(key, **changes):
    # As in a terminal, whatever the tests' own output is.
    return {
        **inherited_environment(),
        "WIZARD_SESSIONS_KEY": key,
        "TERM": "xterm-256color",
    } | changes


@contextmanager
def started(arguments, key, *, command=COMMAND, **options):
    """The process, with pipes for what it prints."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    options = {"cwd": ROOT, "env": environment(key), **pipes, **options}
    with subprocess.Popen([*command, *arguments], **options) as process:
        try:
            yield process
        finally:
            process.kill()


class Terminal:
    """What a user sees of the command, and could scroll back to."""

    def __init__(self, arguments, key, *, command=COMMAND, rows=24, columns=80, **changes):
        self.screen = pyte.HistoryScreen(columns, rows, history=1000)
        self.bytes = b""
        self.lines: list[str] = []
        self.fd, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            [*command, *arguments],
            cwd=ROOT,
            env=environment(key, **changes),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self._reader = Thread(target=self._read)
        self._reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.process.kill()
        self.process.wait()
        self._reader.join()
        os.close(self.fd)

    def _read(self):
        stream = pyte.ByteStream(self.screen)
        while received := self._received():
            self.bytes += received
            stream.feed(received)
            if not select.select([self.fd], [], [], SETTLED)[0]:
                self._look()
        self._look()

    def _received(self):
        try:
            return os.read(self.fd, 65536)
        except OSError:  # the other side was closed
            return b""

    def _look(self):
        self.lines = [line.rstrip() for line in self.screen.display]

    @property
    def all_lines(self):
        """With those that were scrolled out, and without what is empty below."""
        columns = range(self.screen.columns)
        above = ["".join(row[x].data for x in columns).rstrip() for row in self.screen.history.top]
        return "\n".join([*above, *self.lines]).rstrip().split("\n")

    def shows(self, text):
        """Waits for it."""
        deadline = time.monotonic() + PATIENCE
        while not any(text in line for line in self.lines):
            assert time.monotonic() < deadline, "\n".join(self.lines)
            time.sleep(0.02)

    def ended(self):
        """Its exit status."""
        status = self.process.wait(PATIENCE)
        self._reader.join()
        assert b"Traceback" not in self.bytes, "\n".join(self.all_lines)
        return status
