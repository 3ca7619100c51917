"""Django Channels as one writes it first: each consumer is in the group, and is sent each event."""

import os
from typing import Any

import django
from channels.generic.http import AsyncHttpConsumer
from channels.layers import get_channel_layer
from django.conf import settings

settings.configure(
    CHANNEL_LAYERS={
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [os.environ["BENCHMARKS_REDIS"]], "prefix": f"peer-{os.getpid()}"},
        }
    }
)
django.setup()

HEADERS = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]
latest: dict[str, bytes] = {}


class Follower(AsyncHttpConsumer):  # type: ignore[misc]
    async def http_request(self, message: dict[str, Any]) -> None:
        """Channels' own would end the consumer when ``handle()`` returns."""
        await self.handle(message["body"])

    async def handle(self, body: bytes) -> None:
        self.topic = self.scope["path"].rpartition("/")[2]
        await self.channel_layer.group_add(self.topic, self.channel_name)
        await self.send_headers(headers=HEADERS)
        await self.send_body(latest.get(self.topic, b":\n\n"), more_body=True)

    async def pushed(self, event: dict[str, Any]) -> None:
        await self.send_body(b"data: %s\n\n" % event["data"].encode(), more_body=True)

    async def disconnect(self) -> None:
        await self.channel_layer.group_discard(self.topic, self.channel_name)


class Publisher(AsyncHttpConsumer):  # type: ignore[misc]
    async def handle(self, body: bytes) -> None:
        topic = self.scope["path"].rpartition("/")[2]
        latest[topic] = b"data: %s\n\n" % body
        await get_channel_layer().group_send(topic, {"type": "pushed", "data": body.decode()})
        await self.send_response(204, b"")


follower, publisher = Follower.as_asgi(), Publisher.as_asgi()


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await (publisher if scope["method"] == "POST" else follower)(scope, receive, send)
