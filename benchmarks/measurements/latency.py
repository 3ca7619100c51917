"""How long a frame is on its way to 500 tabs, at 20 pushes a second, come what may."""

from typing import Any

from benchmarks.accounting import usage
from benchmarks.bench import Bench
from benchmarks.servers import Server


def measure(bench: Bench, server: Server) -> dict[str, Any]:
    plan = bench.plan
    bench.push(server, "nobody", 1)
    bench.open(server, "tabs", plan.latency_streams)
    bench.push(server, "tabs", 5)
    with usage(server.pids) as used:
        pushed = bench.push(server, "tabs", plan.latency_pushes, waits=False)
    closed = bench.close("tabs")
    return {
        "streams": plan.latency_streams,
        "server_share": used.share,
        "lost_streams": closed["lost"],
        **pushed,
    }
