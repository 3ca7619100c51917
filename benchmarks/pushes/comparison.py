"""What a push costs beside a plain DRF view that tells nobody.

The server has a core to itself, the wizards the other. The views take turns of a second, and what
is compared are neighbours.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench
from django_wizard_sessions.testing import a_push
from tests import services
from tests.example import Example, migrated, running

from .followers import followers
from .load import Cost, Wizards

PATHS = {"ours": "api/projects/1/wizard/sessions", "plain": "plain/1", "same": "same/1"}
CORES = sorted(os.sched_getaffinity(0))
TASKS = 12  # with a plan of its events, a push of 1.5 kB
FOLLOWERS = {
    "none": ("", 0),
    "1 of the same": (a_push()["workflow_id"], 1),
    "1,000 of others": ("another", 1000),
    "1,000 of the same": (a_push()["workflow_id"], 1000),
}


def compare(example: Example, wizards: int, rounds: int, seconds: float) -> dict[str, Any]:
    """Medians; the ratios are those of turns that follow each other."""
    load = Wizards(example.key, example.process.pid, TASKS)
    costs: dict[str, list[Cost]] = {name: [] for name in PATHS}
    for number in range(rounds + 1):
        for name in list(PATHS)[:: 1 if number % 2 else -1]:
            cost = load.push(f"{example.url}/{PATHS[name]}/", wizards, seconds)
            if number:  # the first round is to warm up
                costs[name].append(cost)
    found: dict[str, Any] = {
        name: Cost(*map(statistics.median, zip(*of_view, strict=True)))._asdict()
        for name, of_view in costs.items()
    }
    for peer in ("plain", "same"):
        turns = list(zip(costs["ours"], costs[peer], strict=True))
        found[peer]["throughput_ratio"] = statistics.median(
            ours.per_second / other.per_second for ours, other in turns
        )
        found[peer]["cpu_ratio"] = statistics.median(
            other.cpu_ms / ours.cpu_ms for ours, other in turns
        )
    return found


def parts(example: Example, pushes: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.pushes.parts", f"/{PATHS['ours']}/", example.key]
    done = subprocess.run(
        [*command, str(pushes), str(TASKS)],
        env=example.env,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    of_parts: dict[str, float] = json.loads(done.stdout)
    return of_parts


def run(rounds: int, seconds: float, audiences: list[str]) -> dict[str, Any]:
    with (
        tempfile.TemporaryDirectory() as path,
        services.database("postgresql", Path(path)) as url,
        migrated(url, f"{services.require_redis()}/7") as of_example,
    ):
        folder = Path(path)
        env = {**of_example, "DJANGO_SETTINGS_MODULE": "benchmarks.pushes.settings"}
        os.sched_setaffinity(0, CORES[:1])  # what is started next inherits it
        with running(env, folder) as example:
            found: dict[str, Any] = {"parts": parts(example, pushes=250), "beside": {}}
            os.sched_setaffinity(0, CORES[-1:])
            for audience in audiences:
                with followers(of_example, folder, *FOLLOWERS[audience]):
                    for wizards in (1, 8):
                        name = f"{audience}, {wizards}"
                        found["beside"][name] = compare(example, wizards, rounds, seconds)
        os.sched_setaffinity(0, CORES)
    return found


def measure(bench: Bench) -> dict[str, Any]:
    if bench.plan.name == "short":
        return run(rounds=3, seconds=0.5, audiences=["none"])
    return run(rounds=5, seconds=1, audiences=list(FOLLOWERS))
