"""Run with the host's settings: what the query takes that compares all feeds of a process."""

import json
import time

import django

django.setup()

from benchmarks.load.figures import figures  # noqa: E402
from django_wizard_sessions import queries  # noqa: E402
from django_wizard_sessions.feeds import Feed  # noqa: E402
from django_wizard_sessions.grants import Grant  # noqa: E402

FEEDS = 100
REPETITIONS = 30


def main() -> None:
    feeds = [Feed(_grant(number)) for number in range(FEEDS)]
    queries.fingerprints(feeds)  # connects, and makes each feed's SQL
    durations = []
    for _ in range(REPETITIONS):
        begin = time.perf_counter()
        queries.fingerprints(feeds)
        durations.append(time.perf_counter() - begin)
    print(json.dumps({"feeds": FEEDS, "reconcile_ms": figures(durations)}))


def _grant(number: int) -> Grant:
    """Of the workflows that ``measurements/rows.py`` makes, some feeds each."""
    return Grant(1, workflow_id=f"workflow-{number % 20}", skill_id="", heartbeat="comment")


if __name__ == "__main__":
    main()
