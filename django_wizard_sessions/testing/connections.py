"""One GET request to an ASGI application that runs in the event loop of a test.

https://asgi.readthedocs.io/en/latest/specs/www.html
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import Context
from typing import Any

from django_wizard_sessions.routing import Application

PATIENCE = 5.0  # seconds


@asynccontextmanager
async def within(seconds: float, complaint: str) -> AsyncIterator[None]:
    """Raises ``TimeoutError`` with the complaint if it takes longer."""
    try:
        async with asyncio.timeout(seconds) as patience:
            yield
    except TimeoutError as error:
        if patience.expired():
            raise TimeoutError(complaint) from error
        raise


class Connection:
    """The application runs as a task of its own, as in a server, until it returns or is left."""

    def __init__(self, application: Application, scope: dict[str, Any]) -> None:
        self._request = [{"type": "http.request", "body": b"", "more_body": False}]
        self._is_over = asyncio.Event()
        self._sent: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self._error: Exception | None = None
        # In a context of its own: what the test has set in its own, no server would have.
        self._running = asyncio.create_task(self._run(application, scope), context=Context())

    async def receive(self) -> dict[str, Any]:
        """The application's next message. May be cancelled, and no message is lost.

        Raises what the application raised, once; ``EOFError`` when it has no more to say.
        """
        message = await self._sent.get()
        if message is None:
            self._sent.put_nowait(None)  # for who asks again
            self._raise_error()
            raise EOFError("The server has ended the response.")
        return message

    async def leave(self) -> None:
        """Goes as a client does, and waits until the application has noticed.

        Raises what the application raised, unless that was said before; ``TimeoutError`` if it goes
        on for more than ``PATIENCE``, which ends it.
        """
        self._is_over.set()
        async with within(PATIENCE, "The application went on although its client had gone."):
            await self._running
        self._raise_error()

    def _raise_error(self) -> None:
        error, self._error = self._error, None
        if error is not None:
            raise error

    async def _run(self, application: Application, scope: dict[str, Any]) -> None:
        try:
            await application(scope, self._receive, self._send)
        except Exception as error:  # noqa: BLE001  # raised where the test waits
            self._error = error
        finally:
            self._sent.put_nowait(None)

    async def _receive(self) -> dict[str, Any]:
        if self._request:
            return self._request.pop()
        await self._is_over.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        self._sent.put_nowait(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self._is_over.set()
