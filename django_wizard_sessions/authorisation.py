"""Asks Django whether a client may have a stream: by the very request that asks for it.

So a host's authentication, permissions, throttles and middleware hold for streams as for REST.
"""

import asyncio
import logging
from http import HTTPStatus
from typing import Any

from asgiref.typing import HTTPResponseStartEvent

from . import sse
from .grants import SCOPE_KEY, Admission
from .hub import get_hub
from .outages import Outage
from .responses import Headers
from .signals import CloseReason

OF_THE_EMPTY_BODY = frozenset({b"content-length", b"content-encoding", b"etag"})
PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})

logger: logging.Logger = logging.getLogger(__name__)

_outage = Outage(logger, "Asking Django whether streams are still allowed")


async def authorise(
    application: Any,
    scope: Any,
    receive: Any,
    send: Any,
    admission: Admission,
) -> Headers | None:
    """Has Django answer the request: with the headers of a stream that it grants, or else itself.

    ``None`` if its answer was sent to the client, or if the client is gone.
    """
    headers: Headers | None = None
    disconnected = False
    turn = get_hub().openings.turn()

    async def inner_receive() -> Any:
        nonlocal disconnected
        message = await receive()
        disconnected = message["type"] == "http.disconnect"
        if not message.get("more_body"):  # no turn is kept waiting for a body
            await turn.begin()
        return message

    async def inner_send(message: Any) -> None:
        nonlocal headers
        # Unless a middleware of the host answers for the view.
        is_start = message["type"] == "http.response.start"
        if is_start and admission.grant and _is_event_stream(message):
            headers = [
                (name, value)
                for name, value in message.get("headers", ())
                if name.lower() not in OF_THE_EMPTY_BODY
            ]
        if headers is None:
            turn.end()  # nor is it for a client that does not read
            await send(message)

    try:
        await application({**scope, SCOPE_KEY: admission}, inner_receive, inner_send)
    finally:
        turn.end()
    return None if disconnected else headers


async def refusal(application: Any, scope: Any) -> CloseReason | None:
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
        await application({**scope, SCOPE_KEY: admission}, receive, send)
    except Exception as error:  # noqa: BLE001  # whatever a host has around Django
        _outage.begin(error)
        return None
    if start is None or start["status"] in PASSING or start["status"] >= 500:  # noqa: PLR2004
        return None
    _outage.end()
    if admission.grant is not None and _is_event_stream(start):
        return None
    is_off = start["status"] == HTTPStatus.NO_CONTENT
    return CloseReason.SWITCH if is_off else CloseReason.REVOKED


def _is_event_stream(start: HTTPResponseStartEvent) -> bool:
    headers = {name.lower(): value for name, value in start.get("headers", ())}
    media_type = sse.HEADERS["Content-Type"].encode()
    given = headers.get(b"content-type", b"")
    return start["status"] == HTTPStatus.OK and given.startswith(media_type)
