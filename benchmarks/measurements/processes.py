"""Two processes that share the streams, beside one that has them all: what each event costs."""

from contextlib import ExitStack
from typing import Any

from benchmarks.accounting import usage
from benchmarks.bench import Bench
from benchmarks.peers import ours


def measure(bench: Bench) -> dict[str, Any]:
    one, two = _measure(bench, 1), _measure(bench, 2)
    return {"one": one, "two": two, "ratio": two["cpu_ms_per_1000"] / one["cpu_ms_per_1000"]}


def _measure(bench: Bench, processes: int) -> dict[str, Any]:
    """All pushes go to the first of the processes."""
    plan = bench.plan
    with ExitStack() as stack:
        servers = [stack.enter_context(ours.serve(bench.stage)) for _ in range(processes)]
        pids = [pid for server in servers for pid in server.pids]
        bench.push(servers[0], "nobody", 5)
        with usage(pids) as alone:
            bench.push(servers[0], "nobody", plan.pushes)
        for server in servers:
            bench.open(server, "all", plan.streams // processes)
        bench.push(servers[0], "all", 5)
        with usage(pids) as together:
            pushed = bench.push(servers[0], "all", plan.pushes)
        bench.close("all")
    per_1000 = 1e6 / max(1, pushed["events"])
    return {
        "cpu_ms_per_1000": (together.cpu - alone.cpu) * per_1000,
        "cpu_ms_per_1000_with_push": together.cpu * per_1000,
        **pushed,
    }
