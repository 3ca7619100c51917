"""The memory of an idle stream: what the later ones add, once the first have loaded all code."""

from typing import Any

from benchmarks.accounting import memory_kib
from benchmarks.bench import Bench
from benchmarks.servers import Server

FIRST = 100  # streams


def measure(bench: Bench, server: Server) -> dict[str, Any]:
    plan = bench.plan
    bench.push(server, "nobody", 1)
    bench.open(server, "idle", FIRST)
    server.settle()
    before = memory_kib(server.pids)
    bench.open(server, "idle", plan.streams - FIRST)
    server.settle()
    after = memory_kib(server.pids)
    bench.close("idle")
    return {
        "streams": plan.streams,
        "kib_per_stream": (after - before) / (plan.streams - FIRST),
        "kib_of_process": after,
    }
