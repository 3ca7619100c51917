"""The example, with a window into the server's process at ``/inside/``."""

import asyncio
import json
from collections import Counter
from inspect import iscoroutine

from example_project.asgi import application as example


async def application(scope, receive, send):
    if scope["type"] == "http" and scope["path"] == "/inside/":
        await answer(send, inside())
    else:
        await example(scope, receive, send)


def inside():
    # Django is set up by now.
    from django_wizard_sessions.slots import process_slots  # noqa: PLC0415
    from tests import hubs  # noqa: PLC0415

    coroutines = (task.get_coro() for task in asyncio.all_tasks())
    tasks = Counter(coroutine.__qualname__ for coroutine in coroutines if iscoroutine(coroutine))
    return {
        "streams": hubs.open_streams(),
        "groups": hubs.joined_groups(),
        "slots": len(process_slots),
        "tasks": {name: count for name, count in tasks.items() if _is_ours(name)},
    }


def _is_ours(name):
    return name.startswith(
        ("Hub.", "Receiver.", "WizardSessionStreamConsumer.", "mount_stream.", "AsyncConsumer.")
    )


async def answer(send, content):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": json.dumps(content).encode()})
