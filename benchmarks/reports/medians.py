"""Many runs made one: of every figure the median, and ratios taken within each run."""

import json
import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

YARDSTICK = "bare_direct"
FANOUT = "cpu_ms_per_1000"


@dataclass(frozen=True)
class Results:
    runs: list[dict[str, Any]]

    @classmethod
    def read(cls, folder: Path) -> "Results":
        return cls([json.loads(path.read_text()) for path in sorted(folder.glob("run-*.json"))])

    @property
    def peers(self) -> list[str]:
        """The cheapest first."""
        found = {record["peer"] for record in self._records() if not record.get("left_out")}
        return sorted(found, key=lambda peer: (self.median(peer, "fanout").get(FANOUT, 1e9), peer))

    @property
    def left_out(self) -> dict[str, str]:
        return {each["peer"]: each["left_out"] for each in self._records() if "left_out" in each}

    @property
    def faults(self) -> list[str]:
        return [
            f"{record['measurement']} of {record['peer']}: {record['fault']}"
            for record in self._records()
            if "fault" in record
        ]

    @property
    def limited_by_client(self) -> list[str]:
        return sorted(
            {
                f"{record['measurement']} of {record['peer']}"
                for record in self._records()
                if record["client_was_the_limit"]
            }
        )

    def median(self, peer: str, measurement: str) -> dict[str, Any]:
        """Of all its figures; empty, if it was not measured."""
        median: dict[str, Any] = _median(list(self.outcomes(peer, measurement))) or {}
        return median

    def spread(self, peer: str, measurement: str, figure: str) -> tuple[float, float] | None:
        values = [outcome[figure] for outcome in self.outcomes(peer, measurement)]
        return (min(values), max(values)) if values else None

    def ratio(self, peer: str, measurement: str, figure: str) -> float | None:
        """To bare ASGI, sent by the publisher, in the same run."""
        ratios = []
        for run in self.runs:
            mine, yardstick = (_outcome(run, each, measurement) for each in (peer, YARDSTICK))
            if mine and yardstick:
                ratios.append(mine[figure] / yardstick[figure])
        return statistics.median(ratios) if ratios else None

    def outcomes(self, peer: str, measurement: str) -> Iterable[dict[str, Any]]:
        found = (_outcome(run, peer, measurement) for run in self.runs)
        return (outcome for outcome in found if outcome is not None)

    def _records(self) -> Iterable[dict[str, Any]]:
        return (record for run in self.runs for record in run["records"])


def _outcome(run: dict[str, Any], peer: str, measurement: str) -> dict[str, Any] | None:
    for record in run["records"]:
        if (record["peer"], record["measurement"]) == (peer, measurement):
            return None if "fault" in record else record
    return None


def _median(values: list[Any]) -> Any:
    known = [value for value in values if value is not None]
    if not known:
        return None
    if all(isinstance(value, dict) for value in known):
        keys = {key: None for value in known for key in value}
        return {key: _median([value.get(key) for value in known]) for key in keys}
    if all(isinstance(value, int | float) for value in known):
        return statistics.median(known)
    return known[0]
