"""Streams that nothing is pushed to: heartbeats, and the looks at the database, and no more.

Whether they are still allowed is asked later than this lasts; that has a measurement of its own.
"""

import time
from typing import Any

from benchmarks.accounting import memory_kib, usage
from benchmarks.bench import Bench
from benchmarks.peers import ours
from benchmarks.servers import Server

LATER = 3600  # seconds


def measure_one_topic(bench: Bench) -> dict[str, Any]:
    with ours.serve(bench.stage, STREAM_REAUTHORIZE_INTERVAL=LATER) as server:
        bench.push(server, "nobody", 1)
        return _measure(bench, server)


def measure_many_topics(bench: Bench) -> dict[str, Any]:
    with ours.serve(bench.stage, STREAM_REAUTHORIZE_INTERVAL=LATER) as server:
        return _measure(bench, server, topics=max(bench.plan.idle), opening=server.silent_opening)


def _measure(bench: Bench, server: Server, **opening: Any) -> dict[str, Any]:
    memory = {}
    open_streams = 0
    for count in bench.plan.idle:
        bench.open(
            server,
            "idle",
            count - open_streams,
            first_topic=10 + open_streams if opening else 0,
            **opening,
        )
        open_streams = count
        server.settle()
        memory[count] = memory_kib(server.pids)
    with usage(server.pids) as used:
        time.sleep(bench.plan.idle_seconds)
    closed = bench.close("idle")
    return {
        "streams": open_streams,
        "share_of_core": used.share,
        "seconds": used.seconds,
        "memory_kib": memory,
        "lost_streams": closed["lost"],
    }
