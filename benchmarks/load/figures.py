"""What many durations come to, in milliseconds."""

from collections.abc import Iterable


def figures(seconds: Iterable[float]) -> dict[str, float | None]:
    ordered = sorted(seconds)
    if not ordered:
        return dict.fromkeys(("p50", "p95", "p99", "max"))
    return {
        "p50": _at(ordered, 0.5),
        "p95": _at(ordered, 0.95),
        "p99": _at(ordered, 0.99),
        "max": _at(ordered, 1),
    }


def _at(ordered: list[float], share: float) -> float:
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000, 3)
