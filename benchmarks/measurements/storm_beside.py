"""What streams that run already notice of a thousand that are opened at once."""

import time
from typing import Any

from benchmarks.bench import Bench
from benchmarks.peers import ours

from .storm import RETRIES

RUNNING = 100  # streams
RATE = 10.0  # pushes in a second
LEAD = 0.5  # seconds


def measure(bench: Bench) -> dict[str, Any]:
    plan = bench.plan
    with ours.serve(bench.stage) as server, bench.crowd() as others:
        bench.push(server, "nobody", 1)
        bench.open(server, "running", RUNNING)
        calm = bench.push(server, "running", 30, waits=False, rate=RATE)
        pushing = bench.start_push(server, "running", 60, waits=False, rate=RATE)
        time.sleep(LEAD)
        storm = others.open(server, "storm", plan.streams, at_once=plan.streams, retries=RETRIES)
        stormy = bench.client.result(pushing)
    return {"running": RUNNING, "calm": calm, "stormy": stormy, "storm": storm}
