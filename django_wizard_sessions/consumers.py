import asyncio
import logging
import random
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from asgiref.typing import ASGI3Application, HTTPResponseStartEvent
from channels.generic.http import AsyncHttpConsumer

from . import sse
from .backpressure import backpressure
from .conf import get_settings
from .grants import SCOPE_KEY, Admission, Grant
from .hub import get_hub
from .slots import process_slots
from .streams import Stream

logger = logging.getLogger(__name__)

OF_THE_EMPTY_BODY = frozenset({b"content-length", b"content-encoding", b"etag"})
PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
HEARTBEAT_MARGIN = 0.9  # of the interval: within it, a heartbeat is not only sent but there


class ClientGone(Exception):  # noqa: N818
    """The client went, or does not read; or the server has not said ``http.disconnect`` yet."""


class WizardSessionStreamConsumer(AsyncHttpConsumer):  # type: ignore[misc]
    """One request for a stream, answered by Django; where Django's view grants it, streamed.

    Nothing of it passes through Channels' ``dispatch``, which costs a hop to a thread that all
    consumers of the process share.
    """

    def __init__(self, application: ASGI3Application) -> None:
        super().__init__()
        self.application: Any = application
        self.may_send: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scope, self.receive, self.base_send = scope, receive, send
        method = scope["method"].upper()
        if method not in {"GET", "HEAD"}:
            await self.application(scope, receive, send)
            return
        admission = Admission(process_slots)
        try:
            grant = await self.authorise(admission)
            if grant is not None and method == "GET":
                await self.stream_until_disconnect(grant)
            elif grant is not None:
                with suppress(ClientGone):
                    await self.send_response(headers=self.headers, status=HTTPStatus.OK, body=b"")
        finally:
            admission.close()

    async def authorise(self, admission: Admission) -> Grant | None:
        """Has Django answer the request: with a grant, or with a response that is passed on."""
        granted = disconnected = False

        async def receive() -> Any:
            nonlocal disconnected
            message = await self.receive()
            disconnected = message["type"] == "http.disconnect"
            return message

        async def send(message: Any) -> None:
            nonlocal granted
            if message["type"] == "http.response.start" and admission.grant:
                # Unless a middleware of the host answers for the view.
                granted = _is_event_stream(message)
                self.headers = [
                    (name, value)
                    for name, value in message["headers"]
                    if name.lower() not in OF_THE_EMPTY_BODY
                ]
            if not granted:
                await self.base_send(message)

        await self.application({**self.scope, SCOPE_KEY: admission}, receive, send)
        return admission.grant if granted and not disconnected else None

    async def is_still_authorised(self) -> bool:
        """Asks Django the same again. A fault, or too many requests, is no refusal."""
        admission = Admission()
        request = [{"type": "http.request", "body": b"", "more_body": False}]
        start: HTTPResponseStartEvent | None = None

        async def receive() -> Any:
            return request.pop() if request else await asyncio.Future()

        async def send(message: Any) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message

        try:
            await self.application({**self.scope, SCOPE_KEY: admission}, receive, send)
        except Exception:
            logger.exception("Whether a stream is still allowed could not be asked.")
        if start is None or start["status"] in PASSING or start["status"] >= 500:  # noqa: PLR2004
            return True
        return admission.grant is not None and _is_event_stream(start)

    async def stream_until_disconnect(self, grant: Grant) -> None:
        """Whichever ends first ends the others: to a client that went, a send may never return."""
        async with asyncio.TaskGroup() as tasks:
            streaming = tasks.create_task(self.stream(grant))
            leaving = tasks.create_task(self.receive_disconnect())
            streaming.add_done_callback(lambda _: leaving.cancel())
            leaving.add_done_callback(lambda _: streaming.cancel())

    async def receive_disconnect(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass

    async def stream(self, grant: Grant) -> None:
        with suppress(ClientGone):
            await self.send_headers(headers=self.headers)
            await self.send_body(sse.opening(), more_body=True)
            try:
                with backpressure(self.base_send) as self.may_send:
                    async with get_hub().subscribe(grant) as stream:
                        watching = asyncio.create_task(self.end_when_refused(stream))
                        try:
                            await self.send_events(stream, sse.HEARTBEATS[grant.heartbeat])
                        finally:
                            watching.cancel()
            except ClientGone:
                raise
            except Exception:
                # The client comes back soon, and perhaps the fault has passed by then.
                logger.exception("A stream was ended by a fault.")
            await self.send_body(sse.END)

    async def end_when_refused(self, stream: Stream) -> None:
        while True:
            # Not in step with other streams.
            interval = get_settings().STREAM_REAUTHORIZE_INTERVAL * random.uniform(0.8, 1)  # noqa: S311
            await asyncio.sleep(interval)
            hub = get_hub()
            async with hub.asking:
                if hub.database_fails:
                    continue  # Django could not tell either
                # To the end, even if the client goes: Django holds what only it can close.
                self.asking = asyncio.create_task(self.is_still_authorised())
                if not await asyncio.shield(self.asking):
                    stream.end()

    async def send_events(self, stream: Stream, heartbeat: bytes) -> None:
        settings = get_settings()
        now = asyncio.get_running_loop().time
        # Not in step either: tabs that were opened at once would all come back at once.
        end = now() + settings.STREAM_MAX_DURATION * random.uniform(0.9, 1)  # noqa: S311
        while (left := end - now()) > 0 and not stream.is_ended:
            patience = settings.STREAM_HEARTBEAT_INTERVAL * HEARTBEAT_MARGIN
            due = await stream.take(min(left, patience))
            if due or (left > patience and not stream.is_ended):
                await self.send_body(due or heartbeat, more_body=True)

    async def send(self, message: dict[str, Any]) -> None:
        try:
            async with asyncio.timeout(get_settings().STREAM_WRITE_TIMEOUT):
                await self.base_send(message)
                if self.may_send is not None:
                    await self.may_send()
        except (OSError, RuntimeError) as error:  # TimeoutError is an OSError; the latter: uvloop
            raise ClientGone from error


def _is_event_stream(start: HTTPResponseStartEvent) -> bool:
    headers = {name.lower(): value for name, value in start["headers"]}
    media_type = sse.HEADERS["Content-Type"].encode()
    given = headers.get(b"content-type", b"")
    return start["status"] == HTTPStatus.OK and given.startswith(media_type)
