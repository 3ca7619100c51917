"""What operations take with a thousand sessions, and with a million: in other projects, and in one.

On PostgreSQL alone, which makes a million rows by itself. Each has a database and a server of its
own, and they take turns: a drift of the machine meets all alike.
"""

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import median
from typing import Any

from benchmarks.bench import Bench
from benchmarks.databases import ask
from benchmarks.machine import ROOT
from benchmarks.messages import get
from benchmarks.peers import ours
from benchmarks.servers import Server
from benchmarks.stage import Stage, stage

PROJECTS = 1000
ROUNDS = 5
REQUESTS = 30  # of each operation in each round
WORKFLOWS = 20  # of a thousand sessions, as many to each as a look at the database reads
INSERT_PROJECTS = """
    INSERT INTO projects_project (id, name) SELECT n, 'Project ' || n
    FROM generate_series(2, %s) n ON CONFLICT DO NOTHING
"""
INSERT_SESSIONS = """
    INSERT INTO wizard_sessions_wizardsession (project_id, session_id, workflow_id, skill_id,
        started_at, run_phase, tasks, created_by, created_at, updated_at, revision)
    SELECT %s + n %% %s, 'row-' || %s || '-' || n, 'workflow-' || n %% %s, 'django',
        now() - interval '1 day' - n * interval '1 second', 'completed', '[]', '',
        now() - interval '1 day', now() - interval '1 day', 1
    FROM generate_series(1, %s) n
"""
AFTERWARDS = ("VACUUM (ANALYZE) wizard_sessions_wizardsession", "CHECKPOINT")


def measure(bench: Bench) -> dict[str, Any]:
    few, many = bench.plan.rows
    if not bench.stage.database_url.startswith("postgresql"):
        return {"left_out": "There is no PostgreSQL."}
    sessions = {
        "few": (few, 0),
        "many": (few, many - few),
        "many_in_one_project": (many, 0),
    }
    times: dict[str, dict[str, list[float]]] = {}
    with ExitStack() as stack:
        servers = {name: stack.enter_context(_served(*counts)) for name, counts in sessions.items()}
        for name, (staged, server) in servers.items():
            _operations(bench, staged, server)  # to warm up
            times[name] = defaultdict(list)
        for _ in range(ROUNDS):
            for name, (staged, server) in servers.items():
                for operation, ms in _operations(bench, staged, server).items():
                    times[name][operation].append(ms)
    medians = {
        name: {operation: {"p50": median(each)} for operation, each in of_server.items()}
        for name, of_server in times.items()
    }
    return {"rows": [few, many], "rounds": times, **medians}


@contextmanager
def _served(own: int, others: int) -> Iterator[tuple[Stage, Server]]:
    """A server, with so many sessions in the project, and so many in others."""
    with stage() as staged:
        ask(staged.database_url, INSERT_PROJECTS, PROJECTS)
        ask(staged.database_url, INSERT_SESSIONS, 1, 1, "own", WORKFLOWS, own)
        ask(staged.database_url, INSERT_SESSIONS, 2, PROJECTS - 1, "other", WORKFLOWS, others)
        for statement in AFTERWARDS:
            ask(staged.database_url, statement)
        with ours.serve(staged) as server:
            yield staged, server


def _operations(bench: Bench, staged: Stage, server: Server) -> dict[str, float]:
    """Medians, in milliseconds."""
    pushed = bench.push(server, "nobody", REQUESTS, rate=1000.0)
    authorization = staged.authorization
    reads = {
        "latest_ms": server.latest,
        "list_ms": get(ours.SESSIONS, authorization),
        "list_of_workflow_ms": get(f"{ours.SESSIONS}?workflow_id=workflow-0", authorization),
    }
    asked = {
        name: bench.client.do("ask", port=server.port, request=request, count=REQUESTS, at_once=1)
        for name, request in reads.items()
    }
    return {
        **{name: each["each_ms"]["p50"] for name, each in asked.items()},
        "push_ms": pushed["answer_ms"]["p50"],
        "reconcile_ms": _reconcile(staged)["reconcile_ms"]["p50"],
    }


def _reconcile(staged: Stage) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.inside.reconcile"]
    env = {**staged.environment(), "DJANGO_SETTINGS_MODULE": "example_project.settings"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    timed: dict[str, Any] = json.loads(done.stdout)
    return timed
