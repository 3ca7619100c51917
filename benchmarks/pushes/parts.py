"""Where the time of a push goes: runs it in this process, without a server, and prints JSON.

Milliseconds by the clock, what PostgreSQL and Redis take among them; of each part the median.
"""

import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django_wizard_sessions import broadcast, views  # noqa: E402
from django_wizard_sessions.parsers import JSONParser  # noqa: E402
from django_wizard_sessions.serializers import WizardSessionSerializer  # noqa: E402
from example_project.asgi import application  # noqa: E402

from .load import a_run  # noqa: E402

PARTS: dict[str, tuple[Any, str]] = {
    "who pushes: the key (1 query)": (views.WizardSessionViewSet, "perform_authentication"),
    "may they: project, member (2 queries)": (views.WizardSessionViewSet, "get_permitted_project"),
    "reading the JSON": (JSONParser, "parse"),
    "validation": (WizardSessionSerializer, "is_valid"),
    "the upsert (1 query)": (WizardSessionSerializer, "create"),
    "rendering, once": (views, "render_push"),
    "publishing: 1 message": (broadcast, "publish"),
}
REST = "Django, DRF and the thread: all else"


def timed(times: list[float], function: Callable[..., Any]) -> Callable[..., Any]:
    def timing(*args: Any, **kwargs: Any) -> Any:
        begin = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            times.append((time.perf_counter() - begin) * 1000)

    return timing


async def push(path: str, key: str, body: bytes) -> None:
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": [
            (b"host", b"localhost"),
            (b"authorization", f"Bearer {key}".encode()),
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ],
    }
    received = [{"type": "http.request", "body": body, "more_body": False}]
    statuses = []

    async def receive() -> dict[str, Any]:
        return received.pop() if received else await asyncio.Future()

    async def send(message: dict[str, Any]) -> None:
        statuses.append(message.get("status"))

    await application(scope, receive, send)
    if statuses[0] not in {200, 201}:
        raise RuntimeError(f"The push was answered {statuses[0]}.")


async def measure(path: str, key: str, pushes: int, tasks: int) -> dict[str, float]:
    bodies = a_run("parts", tasks)
    times: dict[str, list[float]] = {}
    for part, (owner, name) in PARTS.items():
        setattr(owner, name, timed(times.setdefault(part, []), getattr(owner, name)))
    totals = []
    for number in range(pushes):
        begin = time.perf_counter()
        await push(path, key, bodies[number % len(bodies)])
        totals.append((time.perf_counter() - begin) * 1000)
    parts = {part: statistics.median(of_part[pushes // 5 :]) for part, of_part in times.items()}
    whole = statistics.median(totals[pushes // 5 :])
    return {**parts, REST: whole - sum(parts.values())}


if __name__ == "__main__":
    _, given_path, given_key, given_pushes, given_tasks = sys.argv
    measured = measure(given_path, given_key, int(given_pushes), int(given_tasks))
    print(json.dumps(asyncio.run(measured)), flush=True)
    os._exit(0)  # without waiting for the pool's threads
