import asyncio
import logging
import time
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from channels.generic.http import AsyncHttpConsumer

from .authorisation import authorise
from .connections import Connection
from .grants import Admission, Grant
from .hub import get_hub
from .reauthorisation import kept_allowed
from .signals import CloseReason, stream_closed, stream_opened
from .slots import process_slots
from .streams import Stream

logger: logging.Logger = logging.getLogger(__name__)


class WizardSessionStreamConsumer(AsyncHttpConsumer):  # type: ignore[misc]
    """One request for a stream, answered by Django; where Django's view grants it, streamed.

    Nothing of it passes through Channels' ``dispatch``, which costs a hop to a thread that all
    consumers of the process share.
    """

    scope: Any
    receive: Any
    base_send: Any
    beginning: asyncio.Task[None] | None = None

    def __init__(self, application: Any) -> None:
        super().__init__()
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scope, self.receive, self.base_send = scope, receive, send
        method = scope["method"].upper()
        if method not in {"GET", "HEAD"}:
            await self.application(scope, receive, send)
            return
        admission = Admission(process_slots)
        try:
            connection = await self.connect(admission, is_head=method == "HEAD")
            if connection is not None and admission.grant is not None:
                await self.stream(admission.grant, connection)
        finally:
            admission.close()

    async def connect(self, admission: Admission, *, is_head: bool) -> Connection | None:
        """``None`` for who is refused, is gone, or wants no more than the headers.

        They are kept no longer than until they are sent: a stream may be open for long.
        """
        headers = await authorise(
            self.application, self.scope, self.receive, self.base_send, admission
        )
        if headers is None or admission.grant is None:
            return None
        if is_head:
            with suppress(OSError, RuntimeError):  # the client went
                await self.send_response(headers=headers, status=HTTPStatus.OK, body=b"")
            return None
        return Connection(self.base_send, headers, admission.grant.heartbeat)

    async def stream(self, grant: Grant, connection: Connection) -> None:
        opened_at = time.monotonic()
        stream_opened.send_robust(Connection, grant=grant)
        with get_hub().subscribe(grant, connection.flush) as stream:
            self.beginning = asyncio.create_task(self.begin(grant, stream, connection))
            try:
                with kept_allowed(stream, self.application, self.scope):
                    await connection.serve(stream, self.receive)
            finally:
                if self.beginning is not None:
                    self.beginning.cancel()
                    self.beginning = None
                reason = stream.close_reason or connection.close_reason or CloseReason.CLIENT
                tell_closed(grant, reason, time.monotonic() - opened_at, connection.frames)
        if connection.fault is not None:  # the server can answer nothing else any more
            logger.error("A stream was ended by a fault.", exc_info=connection.fault)

    async def begin(self, grant: Grant, stream: Stream, connection: Connection) -> None:
        try:
            await get_hub().begin(grant, stream)
        except Exception:
            # The client comes back soon, and perhaps the fault has passed by then.
            logger.exception("A stream was ended by a fault.")
            stream.end(CloseReason.FAULT)
        connection.begun()
        self.beginning = None  # a stream may be open for long


def tell_closed(grant: Grant, reason: CloseReason, seconds: float, frames: int) -> None:
    about = {"reason": reason, "seconds": seconds, "frames": frames}
    stream_closed.send_robust(Connection, grant=grant, **about)
    of_whom = {"project_id": grant.project_id, "workflow_id": grant.workflow_id}
    logger.info("A stream was closed: %s.", reason, extra={**of_whom, **about})
