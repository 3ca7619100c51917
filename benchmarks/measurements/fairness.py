"""How much later a topic's one tab has its frame while another topic's thousands have theirs."""

from typing import Any

from benchmarks.bench import Bench
from benchmarks.peers import ours

CROWDS_RATE = 4.0  # pushes in a second
RATE = 8.0
JITTER = 0.125  # seconds: no push of the one tab is in step with those of the crowd


def measure(bench: Bench) -> dict[str, Any]:
    plan = bench.plan
    with ours.serve(bench.stage) as server, bench.crowd() as others:
        for topic in (0, 1):
            bench.push(server, "nobody", 1, topic=topic)
        bench.open(server, "one", 1, first_topic=1)
        others.open(server, "crowd", plan.crowd)
        one: dict[str, Any] = {"topic": 1, "rate": RATE, "jitter": JITTER}
        alone = bench.push(server, "one", plan.fairness_pushes, **one)
        crowds = others.start_push(server, "crowd", plan.fairness_pushes // 2 + 2, rate=CROWDS_RATE)
        beside = bench.push(server, "one", plan.fairness_pushes, **one)
        crowd = others.client.result(crowds)
    return {
        "crowd": plan.crowd,
        "alone": alone,
        "beside": beside,
        "of_crowd": crowd,
        "later_p99_ms": beside["from_request_ms"]["p99"] - alone["from_request_ms"]["p99"],
        "later_max_ms": beside["from_request_ms"]["max"] - alone["from_request_ms"]["max"],
    }
