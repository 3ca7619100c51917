"""A thousand clients that come at once, as after a deploy, until each has its first event.

Who is refused comes back at once, and is counted: a database takes so many connections and no more.
"""

from typing import Any

from benchmarks.accounting import usage
from benchmarks.bench import Bench
from benchmarks.databases import ask
from benchmarks.servers import Server

RETRIES = 100

QUERIES = """
    SELECT coalesce(sum(seq_scan + coalesce(idx_scan, 0)), 0)::bigint FROM pg_stat_user_tables
    WHERE relname LIKE '%%wizardsession'
"""


def measure(bench: Bench, server: Server) -> dict[str, Any]:
    plan = bench.plan
    bench.push(server, "nobody", 1)
    server.settle()
    before = ask(bench.stage.database_url, QUERIES)
    with usage(server.pids) as used:
        opened = bench.open(server, "storm", plan.streams, at_once=plan.streams, retries=RETRIES)
    bench.close("storm")
    server.settle()  # PostgreSQL, too, says only after a second what it did
    after = ask(bench.stage.database_url, QUERIES)
    reads = after[0][0] - before[0][0] if after else None
    return {"streams": plan.streams, "cpu_seconds": used.cpu, "session_reads": reads, **opened}
