"""Runs a plan: every peer in turn, then again, so that a drift of the machine meets all alike."""

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from .bench import Bench
from .load.client import LIMIT, load_client
from .machine import describe
from .measurements import catalogue
from .peers.catalogue import PEERS, missing
from .plans import Plan
from .stage import stage

OURS = "ours"

Record = dict[str, Any]


def run(plan: Plan, measurements: Sequence[str], peers: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Each run as far as it has come: nothing that was measured is lost to what comes after it."""
    for number in range(1, plan.runs + 1):
        begin = datetime.now(UTC)
        with stage() as staged, load_client() as client:
            bench = Bench(staged, client, plan)
            wanted = [name for name in measurements if number == 1 or name not in plan.once]
            records: list[Record] = []
            for record in chain(_of_peers(bench, wanted, peers), _of_ours(bench, wanted, peers)):
                records.append(_judged(record))
                yield {
                    "run": number,
                    "at": begin.isoformat(timespec="seconds"),
                    "machine": describe(),
                    "plan": asdict(plan),
                    "records": records,
                }


def _of_peers(bench: Bench, measurements: Sequence[str], peers: Sequence[str]) -> Iterator[Record]:
    wanted = [name for name in catalogue.OF_EACH_PEER if name in measurements]
    for name in peers:
        if reason := missing(name):
            _say(f"{name} is left out: {reason}")
            yield {"peer": name, "measurement": "", "left_out": reason}
            continue
        of_peer = ["storm"] if PEERS[name].is_for_connects else wanted
        for measurement in [each for each in of_peer if each in wanted]:
            # Each on a server of its own: what one leaves behind is no matter of the next.
            with PEERS[name].serve(bench.stage) as server:
                _say(f"{measurement} of {name} (process {server.process})")
                measure = catalogue.OF_EACH_PEER[measurement]
                yield _timed(name, measurement, lambda: measure(bench, server))  # noqa: B023


def _of_ours(bench: Bench, measurements: Sequence[str], peers: Sequence[str]) -> Iterator[Record]:
    for measurement, measure in catalogue.OF_OURS.items():
        if measurement in measurements and OURS in peers:
            _say(measurement)
            yield _timed(OURS, measurement, lambda: measure(bench))  # noqa: B023


def _timed(peer: str, measurement: str, measure: Any) -> Record:
    begin = time.monotonic()
    try:
        outcome = measure()
    except Exception as error:  # noqa: BLE001  # the others are measured all the same
        _say(f"{measurement} of {peer} failed: {error!r}")
        outcome = {"fault": repr(error)}
    took = time.monotonic() - begin
    return {"peer": peer, "measurement": measurement, **outcome, "took": round(took, 1)}


def _judged(record: Record) -> Record:
    """Says so, where the load client was the limit."""
    return {**record, "client_was_the_limit": max(_shares(record), default=0) > LIMIT}


def _shares(outcome: Any) -> Iterator[float]:
    if isinstance(outcome, dict):
        if "client_share" in outcome:
            yield outcome["client_share"]
        for value in outcome.values():
            yield from _shares(value)


def _say(what: str) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S} {what}", file=sys.stderr, flush=True)
