"""Run with the host's settings: what a fleet's parts cost, each for itself, in processor time."""

import asyncio
import json
import multiprocessing
import time
from typing import Any

import django

django.setup()

import redis  # noqa: E402
from channels.layers import get_channel_layer  # noqa: E402
from django.db import connection  # noqa: E402

from benchmarks.accounting import cpu_seconds  # noqa: E402
from benchmarks.databases import REDIS  # noqa: E402
from django_wizard_sessions import queries  # noqa: E402
from django_wizard_sessions.feeds import Feed  # noqa: E402
from django_wizard_sessions.grants import Grant  # noqa: E402

FEEDS = 100
LOOKS = 50
MESSAGES = 3000
PROCESSES = 50  # that hear of each message
HINT = {"type": "wizard_session.pushed", "data": "x" * 1700}
GROUP = "bench-units"


def reconcile() -> dict[str, float]:
    """Milliseconds for one look at 100 topics: of this process, and of PostgreSQL's."""
    feeds = [Feed(Grant(1 + n % 5, f"workflow-{n // 5}", "", "comment")) for n in range(FEEDS)]
    queries.fingerprints(feeds)  # connects, and makes each feed's SQL
    backend = connection.connection.info.backend_pid
    ours, theirs = time.process_time(), cpu_seconds([backend])
    for _ in range(LOOKS):
        queries.fingerprints(feeds)
    ours, theirs = time.process_time() - ours, cpu_seconds([backend]) - theirs
    return {"process_ms": ours * 1000 / LOOKS, "postgresql_ms": theirs * 1000 / LOOKS}


def send_all() -> None:
    async def send() -> None:
        layer: Any = get_channel_layer()
        for _ in range(MESSAGES):
            await layer.group_send(GROUP, HINT)

    asyncio.run(send())


async def receive_all() -> float:
    """Microseconds of this process for each message that it hears of."""
    layer: Any = get_channel_layer()
    channel = await layer.new_channel()
    await layer.group_add(GROUP, channel)
    sender = multiprocessing.get_context("spawn").Process(target=send_all)
    sender.start()
    await layer.receive(channel)
    begin = time.process_time()
    for _ in range(MESSAGES - 1):
        await layer.receive(channel)
    used = time.process_time() - begin
    sender.join()
    return used * 1e6 / (MESSAGES - 1)


def publish(subscribers: int) -> float:
    """Microseconds of Redis for a message that so many processes hear of."""
    client = redis.Redis.from_url(REDIS)
    channels = [client.pubsub() for _ in range(subscribers)]  # type: ignore[no-untyped-call]
    for channel in channels:
        channel.subscribe(GROUP)
        channel.get_message(timeout=5)
    begin = redis_cpu(client)
    for _ in range(MESSAGES):
        client.publish(GROUP, HINT["data"])
        for channel in channels:
            channel.get_message()
    used = redis_cpu(client) - begin
    for channel in channels:
        channel.close()
    return used * 1e6 / MESSAGES


def redis_cpu(client: "redis.Redis") -> float:
    info: Any = client.info("cpu")
    return float(info["used_cpu_sys"] + info["used_cpu_user"])


def main() -> None:
    one, many = publish(1), publish(PROCESSES)
    print(
        json.dumps(
            {
                "reconcile": reconcile(),
                "hint_us": asyncio.run(receive_all()),
                "redis_message_us": one,
                "redis_process_us": (many - one) / (PROCESSES - 1),
            }
        )
    )


if __name__ == "__main__":
    main()
