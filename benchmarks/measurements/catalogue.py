"""Every measurement, by name: of each peer, or of this package alone."""

from collections.abc import Callable
from typing import Any

from benchmarks.bench import Bench
from benchmarks.plans import Plan
from benchmarks.pushes import comparison
from benchmarks.servers import Server

from . import (
    connect,
    fairness,
    fanout,
    idle,
    latency,
    memory,
    processes,
    reauthorise,
    rows,
    storm,
    storm_beside,
    units,
)

OF_EACH_PEER: dict[str, Callable[[Bench, Server], dict[str, Any]]] = {
    "memory": memory.measure,  # first: it is the growth of a process that has done little
    "fanout": fanout.measure,
    "latency": latency.measure,
    "storm": storm.measure,
}
OF_OURS: dict[str, Callable[[Bench], dict[str, Any]]] = {
    "connect": connect.measure,
    "storm_beside": storm_beside.measure,
    "fairness": fairness.measure,
    "processes": processes.measure,
    "idle": idle.measure_one_topic,
    "idle_topics": idle.measure_many_topics,
    "reauthorise": reauthorise.measure,
    "rows": rows.measure,
    "push": comparison.measure,
    "units": units.measure,
}


def of_plan(plan: Plan) -> list[str]:
    return [name for name in (*OF_EACH_PEER, *OF_OURS) if name not in plan.left_out]
