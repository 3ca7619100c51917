import asyncio
import logging
import random
import time
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from channels.generic.http import AsyncHttpConsumer

from . import sse
from .authorisation import Headers, authorise, refusal
from .backpressure import backpressure
from .conf import get_settings
from .grants import Admission, Grant
from .hub import get_hub
from .signals import CloseReason, frames_sent, stream_closed, stream_opened
from .slots import process_slots
from .streams import Stream

logger: logging.Logger = logging.getLogger(__name__)

HEARTBEAT_MARGIN = 0.9  # of the interval: within it, a heartbeat is not only sent but there
REFUSAL_TIMEOUT = 10.0  # seconds


class ClientGone(Exception):  # noqa: N818
    """The client went; or the server has not said ``http.disconnect`` yet."""


class ClientSlow(ClientGone):
    """The client does not read."""


class WizardSessionStreamConsumer(AsyncHttpConsumer):  # type: ignore[misc]
    """One request for a stream, answered by Django; where Django's view grants it, streamed.

    Nothing of it passes through Channels' ``dispatch``, which costs a hop to a thread that all
    consumers of the process share.
    """

    scope: Any
    receive: Any
    base_send: Any

    def __init__(self, application: Any) -> None:
        super().__init__()
        self.application = application
        self.may_send: Any = None
        self.frames: int = 0
        self.close_reason: CloseReason | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scope, self.receive, self.base_send = scope, receive, send
        method = scope["method"].upper()
        if method not in {"GET", "HEAD"}:
            await self.application(scope, receive, send)
            return
        admission = Admission(process_slots)
        try:
            headers = await authorise(self.application, scope, receive, send, admission)
            if headers is None or admission.grant is None:
                return
            if method == "GET":
                await self.stream_until_disconnect(admission.grant, headers)
            else:
                with suppress(ClientGone):
                    await self.send_response(headers=headers, status=HTTPStatus.OK, body=b"")
        finally:
            admission.close()

    async def stream_until_disconnect(self, grant: Grant, headers: Headers) -> None:
        """Whichever ends first ends the others: to a client that went, a send may never return."""
        async with asyncio.TaskGroup() as tasks:
            streaming = tasks.create_task(self.stream(grant, headers))
            leaving = tasks.create_task(self.receive_disconnect())
            streaming.add_done_callback(lambda _: leaving.cancel())
            leaving.add_done_callback(lambda _: streaming.cancel())

    async def receive_disconnect(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass

    async def stream(self, grant: Grant, headers: Headers) -> None:
        opened_at = time.monotonic()
        stream_opened.send_robust(type(self), grant=grant)
        try:
            await self.send_headers(headers=headers)
            await self.send_body(sse.opening(), more_body=True)
            await self.send_until_closed(grant)
            await self.send_body(sse.END)
        except ClientSlow:
            self.close_reason = self.close_reason or CloseReason.SLOW
        except ClientGone:
            pass
        except Exception:
            self.close_reason = CloseReason.FAULT
            raise
        finally:
            self.tell_closed(grant, time.monotonic() - opened_at)

    def tell_closed(self, grant: Grant, seconds: float) -> None:
        reason = self.close_reason or CloseReason.CLIENT
        about = {"reason": reason, "seconds": seconds, "frames": self.frames}
        stream_closed.send_robust(type(self), grant=grant, **about)
        of_whom = {"project_id": grant.project_id, "workflow_id": grant.workflow_id}
        logger.info("A stream was closed: %s.", reason, extra={**of_whom, **about})

    async def send_until_closed(self, grant: Grant) -> None:
        try:
            with backpressure(self.base_send) as self.may_send:
                async with get_hub().subscribe(grant) as stream:
                    watching = asyncio.create_task(self.end_when_refused(stream))
                    try:
                        await self.send_events(stream, grant.heartbeat)
                        self.close_reason = CloseReason.END
                    finally:
                        watching.cancel()
                        self.close_reason = stream.close_reason or self.close_reason
        except ClientGone:
            raise
        except Exception:
            # The client comes back soon, and perhaps the fault has passed by then.
            logger.exception("A stream was ended by a fault.")
            self.close_reason = CloseReason.FAULT

    async def end_when_refused(self, stream: Stream) -> None:
        while True:
            # Not in step with other streams.
            interval = get_settings().STREAM_REAUTHORIZE_INTERVAL * random.uniform(0.8, 1)  # noqa: S311
            await asyncio.sleep(interval)
            hub = get_hub()
            await hub.database_works()  # or Django could not tell either
            async with hub.asking:
                # To the end, even if the client goes: Django holds what only it can close.
                self.asking: asyncio.Task[CloseReason | None] = asyncio.create_task(
                    refusal(self.application, self.scope)
                )
                # But not as long as it takes: there are others to ask about.
                await asyncio.wait({self.asking}, timeout=REFUSAL_TIMEOUT)
            if self.asking.done() and (reason := self.asking.result()) is not None:
                stream.end(reason)

    async def send_events(self, stream: Stream, heartbeat: str) -> None:
        settings = get_settings()
        interval = settings.STREAM_HEARTBEAT_INTERVAL * HEARTBEAT_MARGIN
        # A page sees no comment: with no session to begin with, an event tells it at once that no
        # proxy on the way holds the stream back.
        patience = 0 if heartbeat == "event" else interval
        now = asyncio.get_running_loop().time
        # Not in step either: tabs that were opened at once would all come back at once.
        end = now() + settings.STREAM_MAX_DURATION * random.uniform(0.9, 1)  # noqa: S311
        while (left := end - now()) > 0 and stream.close_reason is None:
            due = await stream.take(min(left, patience))
            if due or (left > patience and stream.close_reason is None):
                await self.send_body(due or sse.HEARTBEATS[heartbeat], more_body=True)
            if due:
                frames_sent.send_robust(type(self), count=stream.frames_taken - self.frames)
                self.frames = stream.frames_taken
            patience = interval

    async def send(self, message: dict[str, Any]) -> None:
        try:
            async with asyncio.timeout(get_settings().STREAM_WRITE_TIMEOUT) as patience:
                await self.base_send(message)
                if self.may_send is not None:
                    await self.may_send()
        except (OSError, RuntimeError) as error:  # the latter: uvloop
            raise (ClientSlow if patience.expired() else ClientGone) from error
