"""What streams cost, beside other ways to have them: python -m benchmarks --help"""

import argparse
import json
import resource
import signal
import sys
from dataclasses import replace
from pathlib import Path

from . import runs
from .machine import ROOT
from .measurements import catalogue
from .peers.catalogue import PEERS
from .plans import PLANS
from .reports import report


def names(known: list[str]) -> "type[str]":
    def parse(text: str) -> list[str]:
        given = text.split(",")
        if unknown := set(given) - set(known):
            raise argparse.ArgumentTypeError(f"{', '.join(unknown)} is none of {', '.join(known)}")
        return given

    return parse  # type: ignore[return-value]


def main() -> None:
    measurements = [*catalogue.OF_EACH_PEER, *catalogue.OF_OURS]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "measurements", nargs="*", metavar="measurement", help=", ".join(measurements)
    )
    parser.add_argument("--plan", choices=PLANS, default="short")
    parser.add_argument(
        "--peers", type=names(list(PEERS)), default=list(PEERS), help=", ".join(PEERS)
    )
    parser.add_argument("--runs", type=int, help="how often; medians are what is told")
    parser.add_argument("--pushes", type=int, help="of the fan-out: many, for a profiler")
    parser.add_argument("--streams", type=int, help="of the fan-out, the storm and the memory")
    parser.add_argument("--raw", type=Path, default=ROOT / "build/benchmarks", help="for JSON")
    parser.add_argument("--to", type=Path, default=ROOT / "build/benchmarks", help="for the report")
    parser.add_argument("--only-report", action="store_true", help="of what is in --raw already")
    given = parser.parse_args()
    if unknown := set(given.measurements) - set(measurements):
        parser.error(f"no measurement: {', '.join(unknown)}")

    if not given.only_report:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # stops what was started
        _, limit = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
        sizes = {name: getattr(given, name) for name in ("runs", "pushes", "streams")}
        plan = replace(PLANS[given.plan], **{k: v for k, v in sizes.items() if v is not None})
        wanted = given.measurements or catalogue.of_plan(plan)
        given.raw.mkdir(parents=True, exist_ok=True)
        for old in given.raw.glob("run-*.json"):
            old.unlink()
        for outcome in runs.run(plan, wanted, given.peers):
            path = given.raw / f"run-{outcome['run']}.json"
            path.write_text(json.dumps(outcome, indent=1) + "\n")
    print(report.write(given.raw, given.to))


if __name__ == "__main__":
    main()
