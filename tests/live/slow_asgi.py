"""The example, whose pushes take a while: as they do when the database is busy."""

import asyncio

from example_project.asgi import application as example

SECONDS = 0.6


async def application(scope, receive, send):
    async def receive_late():
        message = await receive()
        await asyncio.sleep(SECONDS)
        return message

    is_push = scope["type"] == "http" and scope["method"] == "POST"
    await example(scope, receive_late if is_push else receive, send)
