"""What operations take with a thousand sessions, and with a million: in other projects, and in one.

On PostgreSQL alone, which makes a million rows by itself.
"""

import json
import subprocess
import sys
from typing import Any

from benchmarks.bench import Bench
from benchmarks.databases import ask
from benchmarks.machine import ROOT
from benchmarks.messages import get
from benchmarks.peers import ours
from benchmarks.servers import Server
from benchmarks.stage import Stage

PROJECTS = 1000
REQUESTS = 100
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
VACUUM = "VACUUM (ANALYZE) wizard_sessions_wizardsession"


def measure(bench: Bench) -> dict[str, Any]:
    few, many = bench.plan.rows
    url = bench.stage.database_url
    if not url.startswith("postgresql"):
        return {"left_out": "There is no PostgreSQL."}
    with ours.serve(bench.stage) as server:
        outcome = {}
        for name, first, projects, count in (
            ("few", 1, 1, few),
            ("many", 2, PROJECTS - 1, many - few),
            ("many_in_one_project", 1, 1, many),
        ):
            ask(url, INSERT_PROJECTS, PROJECTS)
            ask(url, INSERT_SESSIONS, first, projects, name, WORKFLOWS, count)
            ask(url, VACUUM)
            outcome[name] = _operations(bench, server)
        ask(url, "DELETE FROM wizard_sessions_wizardsession WHERE session_id LIKE 'row-%%'")
    return {"rows": [few, many], **outcome}


def _operations(bench: Bench, server: Server) -> dict[str, Any]:
    authorization = bench.stage.authorization
    bench.push(server, "nobody", 10)  # to warm up, and so that there is a latest session
    reads = {
        "latest_ms": server.latest,
        "list_ms": get(ours.SESSIONS, authorization),
        "list_of_workflow_ms": get(f"{ours.SESSIONS}?workflow_id=workflow-0", authorization),
    }
    outcome = {}
    for name, request in reads.items():
        asked = {"port": server.port, "request": request, "at_once": 1}
        bench.client.do("ask", count=5, **asked)
        outcome[name] = bench.client.do("ask", count=REQUESTS, **asked)["each_ms"]
    pushed = bench.push(server, "nobody", REQUESTS, rate=1000.0)
    return {**outcome, "push_ms": pushed["answer_ms"], **_reconcile(bench.stage)}


def _reconcile(stage: Stage) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.inside.reconcile"]
    env = {**stage.environment(), "DJANGO_SETTINGS_MODULE": "example_project.settings"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    timed: dict[str, Any] = json.loads(done.stdout)
    return timed
