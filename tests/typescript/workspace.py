"""A TypeScript project into which the docs' own files are put, beside the tests' scripts."""

import fcntl
import json
import os
import shutil
import subprocess
from pathlib import Path

from tests.documented import blocks
from tests.example import ROOT

FRONTEND = ROOT / "frontend"
SCRIPTS = Path(__file__).parent / "scripts"
COMPONENT = ROOT / "django_wizard_sessions" / "static" / "wizard_sessions" / "wizard-session.d.ts"
DOCUMENTED = [
    *blocks("schema", language="ts"),
    *blocks("typescript"),
    *blocks("component", language="ts"),
]


class Workspace:
    def __init__(self, folder, changes):
        self.folder = folder
        (folder / "src").mkdir()
        (folder / "node_modules").symlink_to(FRONTEND / "node_modules")
        (folder / "package.json").write_text('{"type": "module"}')
        for block in DOCUMENTED:
            path, code = block.file()
            for documented, here in changes.items():
                code = code.replace(documented, here)
            (folder / path).write_text(code, encoding="utf-8")
        for source in [*SCRIPTS.iterdir(), COMPONENT]:
            shutil.copy(source, folder / "src")

    def run(self, *command, **variables):
        """The standard output."""
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def tool(self, name, *arguments):
        return self.run(self.folder / "node_modules" / ".bin" / name, *arguments)

    def script(self, name, **variables):
        """What a compiled script prints: JSON."""
        return json.loads(self.run("node", f"built/{name}.js", **variables))


def install():
    """Once, whoever asks for it at the same time."""
    with (FRONTEND / ".install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run(["sh", FRONTEND / "install.sh"], check=True)
