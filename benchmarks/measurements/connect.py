"""What a stream costs to open, beside a ``latest/`` by the same way, each on a new connection."""

from typing import Any

from benchmarks.accounting import usage
from benchmarks.bench import Bench
from benchmarks.peers import ours
from benchmarks.servers import Server

CONCURRENTLY = 16


def measure(bench: Bench) -> dict[str, Any]:
    with ours.serve(bench.stage) as server:
        bench.push(server, "nobody", 1)
        _compare(bench, server, 1, 10)  # to warm up
        return {
            "one_by_one": _compare(bench, server, 1, bench.plan.connects),
            "at_once": _compare(bench, server, CONCURRENTLY, bench.plan.connects),
        }


def _compare(bench: Bench, server: Server, at_once: int, count: int) -> dict[str, Any]:
    with usage(server.pids) as of_latest:
        latest = bench.client.do(
            "ask", port=server.port, request=server.latest, count=count, at_once=at_once
        )
    if set(latest["statuses"]) != {"200"}:
        raise RuntimeError(f"The latest session was not there: {latest['statuses']}")
    with usage(server.pids) as of_streams:
        opened = bench.open(server, "opened", count, at_once)
    bench.close("opened")
    return {
        "at_once": at_once,
        "latest": _each(of_latest.cpu, latest, count),
        "stream": _each(of_streams.cpu, opened, count),
        "cpu_ratio": of_streams.cpu / of_latest.cpu,
        "time_ratio": opened["seconds"] / latest["seconds"],
    }


def _each(cpu: float, answer: dict[str, Any], count: int) -> dict[str, Any]:
    return {
        "cpu_ms": cpu * 1000 / count,
        "wall_ms": answer["seconds"] * 1000 / count,
        "each_ms": answer["each_ms"],
    }
