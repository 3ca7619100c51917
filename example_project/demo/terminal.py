"""The terminal in which somebody runs the wizard: one process at a time, and what it prints."""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryFile
from threading import Lock

ROOT = Path(__file__).parent.parent.parent


class Terminal:
    """Whatever runs in it dies with the server, whose process group it is in."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._output = TemporaryFile(buffering=0)  # noqa: SIM115  # open as long as the server runs

    def run(self, recording: str) -> None:
        """Starts the wizard; one that is running is stopped for it."""
        with self._lock:
            self._kill()
            self._start(recording)

    def run_if_idle(self, recording: str) -> None:
        with self._lock:
            if not self._is_running():
                self._start(recording)

    def stop(self) -> None:
        """As the key that closes a terminal, or a battery that is empty: without a word."""
        with self._lock:
            if self._is_running():
                self._kill()
                self._print("✖ The wizard was stopped")

    def output(self) -> str:
        """All that the last wizard has printed."""
        descriptor = self._output.fileno()
        # Not by read(): where it stops is where the wizard would go on to write.
        return os.pread(descriptor, os.fstat(descriptor).st_size, 0).decode(errors="ignore")

    def _start(self, recording: str) -> None:
        self._output.seek(0)
        self._output.truncate()
        self._print("$ npx wizard")
        self._process = subprocess.Popen(  # noqa: S603  # the views name the recordings
            [sys.executable, "-X", "utf8", "-m", "example_project.demo.replay", recording],
            cwd=ROOT,
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )

    def _print(self, line: str) -> None:
        self._output.write(f"{line}\n".encode())

    def _is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


terminal = Terminal()
