"""Streams that the demo's visitor may cut."""

import asyncio
from typing import Any

from django_wizard_sessions.routing import Application

_cuts: set[asyncio.Event] = set()  # one for each stream that is open


def cuttable(application: Application) -> Application:
    async def with_cuts(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"].endswith("/sessions/stream/"):
            await until_cut(application, scope, receive, send)
        else:
            await application(scope, receive, send)

    return with_cuts


async def until_cut(application: Application, scope: Any, receive: Any, send: Any) -> None:
    """To its client, the stream ends in the middle, as when a network fails."""
    cut = asyncio.Event()

    async def send_as_open(message: Any) -> None:
        await send(message)
        _cuts.add(cut)

    async def stream() -> None:
        await application(scope, receive, send_as_open)

    try:
        async with asyncio.TaskGroup() as tasks:
            streaming = tasks.create_task(stream())
            cutting = tasks.create_task(cut.wait())
            streaming.add_done_callback(lambda _: cutting.cancel())
            cutting.add_done_callback(lambda _: streaming.cancel())
        if cut.is_set():
            await send({"type": "http.response.body"})
    finally:
        _cuts.discard(cut)


def cut_streams() -> None:
    """To be called in the event loop of the server."""
    for cut in _cuts:
        cut.set()
