import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.example import ROOT, inherited_environment


@dataclass
class Environment:
    """A virtual environment that has the package as it would be released, and nothing else."""

    path: Path
    wheel: Path

    def run(self, *command, **options):
        done = subprocess.run(
            [self.path / "bin" / command[0], *command[1:]],
            capture_output=True,
            text=True,
            check=False,
            env=inherited_environment(),
            **options,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @property
    def variables(self):
        """As after its activation."""
        given = inherited_environment()
        return {**given, "PATH": f"{self.path / 'bin'}:{given['PATH']}"}

    @contextmanager
    def serving(self, folder, port, *command):
        """A server of what is in the folder. It may leave no traceback in its log."""
        log = folder / "server.log"
        with log.open("w") as output:
            server = subprocess.Popen(
                [self.path / "bin" / command[0], *command[1:]],
                cwd=folder,
                env=self.variables,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            try:
                _wait_until_it_answers(port, log)
                yield
            finally:
                server.terminate()
                server.wait()
        assert "Traceback" not in log.read_text()


def _wait_until_it_answers(port, log):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/admin/login/")
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(log.read_text())


@pytest.fixture(scope="session")
def environment(tmp_path_factory):
    folder = tmp_path_factory.mktemp("installation")
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    [wheel] = _build_wheel(folder)
    environment = Environment(folder / "venv", wheel)
    environment.run("pip", "install", "--quiet", f"{wheel}[daphne]")
    return environment


def _build_wheel(folder):
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", folder, ROOT]
    subprocess.run(command, check=True, capture_output=True)
    return list(folder.glob("*.whl"))


@pytest.fixture(scope="session")
def readme():
    return (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def copy_repository():
    """What a newcomer gets: the files of the repository, and nothing that was installed."""

    def copy(folder):
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
        for name in filter(None, listed.stdout.split("\0")):
            if (ROOT / name).exists():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)

    return copy


@pytest.fixture(scope="session")
def fresh_clone(copy_repository, tmp_path_factory):
    clone = tmp_path_factory.mktemp("clone")
    copy_repository(clone)
    return clone
