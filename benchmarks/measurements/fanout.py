"""What a server's processor does for each event that it delivers.

The same pushes are counted twice, to all streams and to none: the difference is the fan-out. To the
next push it waits until the last has come through to all, so that none is replaced on its way.
"""

from typing import Any

from benchmarks.accounting import usage
from benchmarks.bench import Bench
from benchmarks.servers import Server

WARM_UP = 5  # pushes


def measure(bench: Bench, server: Server) -> dict[str, Any]:
    plan = bench.plan
    bench.push(server, "nobody", WARM_UP)
    with usage(server.pids) as alone:
        bench.push(server, "nobody", plan.pushes)
    bench.open(server, "all", plan.streams)
    bench.push(server, "all", WARM_UP)
    with usage(server.pids) as together:
        pushed = bench.push(server, "all", plan.pushes)
    closed = bench.close("all")
    per_1000 = 1e6 / max(1, pushed["events"])
    return {
        "streams": plan.streams,
        "cpu_ms_per_1000": (together.cpu - alone.cpu) * per_1000,
        "cpu_ms_per_1000_with_push": together.cpu * per_1000,
        "push_cpu_ms": alone.cpu * 1000 / plan.pushes,
        "server_share": together.share,
        "lost_streams": closed["lost"],
        **pushed,
    }
