"""How much is measured: enough to see that all is well, or enough to say so."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    name: str
    runs: int
    pushes: int
    """Of the fan-out, each to ``streams``."""
    latency_pushes: int
    connects: int
    """One after another; as many again at once."""
    idle: tuple[int, ...]
    """So many streams, one number after the other."""
    idle_seconds: float
    reauthorise_seconds: float
    crowd: int
    """The tabs of the topic beside which another must not wait."""
    fairness_pushes: int
    rows: tuple[int, ...]
    left_out: tuple[str, ...] = ()
    """Measurements that are made only when they are asked for."""
    once: tuple[str, ...] = ()
    """Those that take minutes each, and have many rounds: in the first run alone."""
    streams: int = 1000
    rate: float = 20.0
    """Pushes in a second."""
    latency_streams: int = 500


SHORT = Plan(
    name="short",
    runs=1,
    pushes=20,
    latency_pushes=40,
    connects=50,
    idle=(500, 1000),
    idle_seconds=14,
    reauthorise_seconds=65,
    crowd=1000,
    fairness_pushes=20,
    rows=(1000, 100_000),
    left_out=(
        *("latency", "storm_beside", "fairness", "processes"),
        *("idle", "idle_topics", "reauthorise", "rows", "units"),
    ),
    streams=500,
)
FULL = Plan(
    name="full",
    runs=3,
    pushes=80,
    latency_pushes=80,
    connects=200,
    idle=(1000, 10_000),
    idle_seconds=28,  # two heartbeats, three looks at the database
    reauthorise_seconds=65,
    crowd=5000,
    fairness_pushes=100,
    rows=(1000, 1_000_000),
    once=("memory", "latency", "fairness", "idle", "idle_topics", "reauthorise", "rows", "push"),
)
PLANS = {plan.name: plan for plan in (SHORT, FULL)}
