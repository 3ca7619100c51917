"""A client of the stream: in the process of the test, without a server."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from http import HTTPStatus
from http.cookies import Morsel, SimpleCookie
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from django.utils.datastructures import CaseInsensitiveMapping

from django_wizard_sessions.routing import Application

from .connections import PATIENCE, Connection, within
from .events import Event, parse

Cookies = Mapping[str, str | Morsel[str]]
"""By name, or the ``cookies`` of Django's test client."""

OpenStream = Callable[..., AbstractAsyncContextManager["EventStream"]]
"""The type of the fixture ``open_wizard_stream``."""


@asynccontextmanager
async def open_stream(
    application: Application,
    path: str,
    *,
    query_params: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    cookies: Cookies | None = None,
) -> AsyncIterator["EventStream"]:
    """Opens the stream as a browser does; at the end, goes as one that closes the tab.

    ``path`` is percent-encoded, and may have a query of its own. A refusal is no error: see
    ``EventStream.status``.

    Raises what the application raises: here, in ``next()`` or at the end. Raises ``TimeoutError``
    where it needs more than 5 seconds to answer, or to notice that the client has gone.
    """
    connection = Connection(application, _scope(path, query_params, headers, cookies))
    try:
        async with within(PATIENCE, "The application gave no answer."):
            stream = await EventStream.of(connection)
        yield stream
    finally:
        await connection.leave()


class EventStream:
    """What the request was answered with, and then the events, in the order in which they come."""

    def __init__(
        self, connection: Connection, status: int, headers: Mapping[str, str], body: bytes
    ) -> None:
        self._connection = connection
        self._unread = b""
        self.status = status
        """200 with a stream. Else the stream was refused, in the host's own error format."""

        self.headers = headers
        """Their names are not case-sensitive; what came several times is joined by commas."""

        self.body = body
        """Of a refusal; of a stream, nothing: see ``next()``."""

    @classmethod
    async def of(cls, connection: Connection) -> "EventStream":
        start = await connection.receive()
        headers = _headers(start)
        is_event_stream = headers.get("Content-Type", "").startswith("text/event-stream")
        if start["status"] == HTTPStatus.OK and is_event_stream:
            return cls(connection, start["status"], headers, b"")
        return cls(connection, start["status"], headers, await _body(connection))

    async def next(self, patience: float = PATIENCE) -> Event:
        """The next event, as soon as it is there. Comments are skipped, as in browsers.

        Raises ``TimeoutError`` if there is none for so many seconds, and can be asked again;
        ``EOFError`` when the server has ended the stream, or refused it.
        """
        async with within(patience, f"There was no event for {patience:g} seconds."):
            return await self._next()

    async def close(self) -> None:
        """Goes as a browser that closes the tab, before the end of the ``async with`` block."""
        await self._connection.leave()

    async def _next(self) -> Event:
        while True:
            block, is_whole, rest = self._unread.partition(b"\n\n")
            if is_whole:
                self._unread = rest
                if event := parse(block):
                    return event
            else:
                message = await self._connection.receive()
                self._unread += message.get("body", b"")


async def _body(connection: Connection) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await connection.receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def _headers(start: Mapping[str, Any]) -> Mapping[str, str]:
    given: dict[str, list[str]] = {}
    for name, value in start.get("headers", ()):
        given.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return CaseInsensitiveMapping({name: ", ".join(values) for name, values in given.items()})


def _scope(
    path: str,
    query_params: Mapping[str, str] | None,
    headers: Mapping[str, str] | None,
    cookies: Cookies | None,
) -> dict[str, Any]:
    url = urlsplit(path)
    query = "&".join(filter(None, [url.query, urlencode(query_params or {})]))
    # The host is the one that Django's test runner allows.
    sent = {"host": "testserver", "accept": "text/event-stream"}
    sent |= {name.lower(): value for name, value in (headers or {}).items()}
    if cookies:
        morsels = SimpleCookie(cookies).values()
        sent["cookie"] = "; ".join(f"{morsel.key}={morsel.coded_value}" for morsel in morsels)
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "root_path": "",
        "path": unquote(url.path),
        "raw_path": url.path.encode("ascii"),
        "query_string": query.encode("ascii"),
        "headers": [
            (name.encode("latin-1"), value.encode("latin-1")) for name, value in sent.items()
        ],
        "server": ("testserver", 80),
        "client": ("127.0.0.1", 50000),
    }
