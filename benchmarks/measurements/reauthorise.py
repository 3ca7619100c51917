"""Whether each of many streams is still allowed, asked once in each interval of the default."""

import time
from typing import Any

from benchmarks.accounting import usage
from benchmarks.bench import Bench
from benchmarks.peers import ours


def measure(bench: Bench) -> dict[str, Any]:
    streams = max(bench.plan.idle)
    with ours.serve(bench.stage) as server:
        bench.push(server, "nobody", 1)
        bench.open(server, "idle", streams)
        with usage(server.pids) as used:
            time.sleep(bench.plan.reauthorise_seconds)
        closed = bench.close("idle")
    return {
        "streams": streams,
        "share_of_core": used.share,
        "seconds": used.seconds,
        "lost_streams": closed["lost"],
    }
