import asyncio
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from asgiref.typing import ASGI3Application, HTTPResponseStartEvent
from channels.generic.http import AsyncHttpConsumer

from . import sse
from .conf import get_settings
from .grants import SCOPE_KEY, Grant
from .hub import Stream, get_hub

OF_THE_EMPTY_BODY = frozenset({b"content-length", b"content-encoding", b"etag"})


def _is_event_stream(start: HTTPResponseStartEvent) -> bool:
    headers = {name.lower(): value for name, value in start["headers"]}
    media_type = sse.HEADERS["Content-Type"].encode()
    given = headers.get(b"content-type", b"")
    return start["status"] == HTTPStatus.OK and given.startswith(media_type)


class WizardSessionStreamConsumer(AsyncHttpConsumer):  # type: ignore[misc]
    """One request for a stream, answered by Django; where Django's view grants it, streamed.

    Once a stream runs, none of its frames pass through Channels' ``dispatch``, which would cost a
    thread hop each.
    """

    channel_layer_alias = None  # the hub holds the one channel of the process

    def __init__(self, application: ASGI3Application) -> None:
        super().__init__()
        self.application: Any = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        # A second consumer in front of the same view would wait for a grant that the first gets.
        if scope["method"] in {"GET", "HEAD"} and SCOPE_KEY not in scope:
            self.receive = receive
            await super().__call__(scope, receive, send)
        else:
            await self.application(scope, receive, send)

    async def http_request(self, message: dict[str, Any]) -> None:
        self.unread = [message]  # the body is Django's to read
        await super().http_request({"type": "http.request"})

    async def handle(self, body: bytes) -> None:
        grant = await self.authorise()
        if grant is None:
            return
        if self.scope["method"] == "HEAD":
            await self.send_response(200, b"", headers=self.headers)
            return
        async with get_hub().subscribe(grant) as stream, asyncio.TaskGroup() as tasks:
            # Whichever ends first ends the other. To a client that went, a send may never return.
            sending = tasks.create_task(self.send_events(stream, grant.heartbeat))
            leaving = tasks.create_task(self.receive_disconnect())
            sending.add_done_callback(lambda _: leaving.cancel())
            leaving.add_done_callback(lambda _: sending.cancel())

    async def authorise(self) -> Grant | None:
        """Has Django answer the request: with a grant, or with a response that is passed on."""
        grants: list[Grant] = []
        granted = disconnected = False

        async def receive() -> Any:
            nonlocal disconnected
            message = self.unread.pop() if self.unread else await self.receive()
            disconnected = message["type"] == "http.disconnect"
            return message

        async def send(message: Any) -> None:
            nonlocal granted
            if message["type"] == "http.response.start" and grants:
                # Unless a middleware of the host answers for the view.
                granted = _is_event_stream(message)
                self.headers = [
                    (name, value)
                    for name, value in message["headers"]
                    if name.lower() not in OF_THE_EMPTY_BODY
                ]
            if not granted:
                await self.base_send(message)

        await self.application({**self.scope, SCOPE_KEY: grants}, receive, send)
        return grants[0] if granted and not disconnected else None

    async def receive_disconnect(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass

    async def send_events(self, stream: Stream, heartbeat: str) -> None:
        settings = get_settings()
        now = asyncio.get_running_loop().time
        end = now() + settings.STREAM_MAX_DURATION
        with suppress(OSError):  # the client went, and the server says so before the disconnect
            await self.send_headers(headers=self.headers)
            await self.send_body(sse.OPENING, more_body=True)
            while (left := end - now()) > 0:
                due = await stream.take(min(left, settings.STREAM_HEARTBEAT_INTERVAL))
                await self.send_body(due or sse.HEARTBEATS[heartbeat], more_body=True)
            await self.send_body(sse.END)
