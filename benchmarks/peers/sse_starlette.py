"""sse-starlette: an ``EventSourceResponse`` of a generator that reads the stream's queue."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator

from sse_starlette import EventSourceResponse
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

MAX_PENDING = 100  # frames

queues: defaultdict[str, set[asyncio.Queue[str]]] = defaultdict(set)
latest: dict[str, str] = {}


async def publish(request: Request) -> Response:
    topic = request.path_params["topic"]
    latest[topic] = (await request.body()).decode()
    for queue in queues[topic]:
        if not queue.full():
            queue.put_nowait(latest[topic])
    return Response(status_code=204)


async def follow(request: Request) -> Response:
    return EventSourceResponse(events(request.path_params["topic"]))


async def events(topic: str) -> AsyncIterator[dict[str, str]]:
    queue: asyncio.Queue[str] = asyncio.Queue(MAX_PENDING)
    queues[topic].add(queue)
    try:
        yield {"data": latest[topic]} if topic in latest else {"comment": ""}
        while True:
            yield {"data": await queue.get()}
    finally:
        queues[topic].remove(queue)


application = Starlette(
    routes=[
        Route("/streams/{topic}", follow),
        Route("/publish/{topic}", publish, methods=["POST"]),
    ]
)
