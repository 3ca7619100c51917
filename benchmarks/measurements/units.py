"""What the parts of a fleet cost: of these, the docs work out what a large one would."""

import json
import subprocess
import sys
from typing import Any

from benchmarks.bench import Bench
from benchmarks.machine import ROOT


def measure(bench: Bench) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.inside.units"]
    env = {**bench.stage.environment(), "DJANGO_SETTINGS_MODULE": "example_project.settings"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found
