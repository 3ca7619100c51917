"""Asks Django, within every interval, whether it still allows what it allowed.

Once for all streams that were asked for by the same request: same credentials, topic and all.
"""

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from typing import Any

from .authorisation import refusal
from .conf import get_settings
from .hub import get_hub
from .loops import of_running_loop
from .signals import CloseReason
from .streams import Stream

QUESTIONS_AT_ONCE = 4  # each takes a thread, and perhaps a connection of the database
REFUSAL_TIMEOUT = 10.0  # seconds

OF_THE_REQUEST = (
    "type",
    "http_version",
    "method",
    "scheme",
    "server",
    "root_path",
    "path",
    "raw_path",
    "query_string",
    "extensions",
)


class _Questions:
    def __init__(self) -> None:
        self.open: dict[Any, _Question] = {}
        self.turn = asyncio.Semaphore(QUESTIONS_AT_ONCE)
        self.unanswered: set[asyncio.Task[Any]] = set()


_questions = of_running_loop(_Questions)


@contextmanager
def kept_allowed(stream: Stream, application: Any, scope: Any) -> Iterator[None]:
    """Ends the stream within ``STREAM_REAUTHORIZE_INTERVAL`` of when Django would refuse it."""
    questions = _questions().open
    key = _key(application, scope)
    if key not in questions:
        questions[key] = _Question(application, scope)
    question = questions[key]
    question.streams.add(stream)
    try:
        yield
    finally:
        question.streams.remove(stream)
        if not question.streams:
            question.drop()
            del questions[key]


def _key(application: Any, scope: Any) -> tuple[Any, ...]:
    """Alike for requests that no host can answer differently.

    They may come from different ports, and after different events. Where somebody else than the
    server has put something into the scope, it must be the very same object.
    """
    client = (scope.get("client") or [None])[0]
    headers = [header for header in scope["headers"] if header[0].lower() != b"last-event-id"]
    plain = repr((client, headers, [scope.get(name) for name in OF_THE_REQUEST]))
    known = {*OF_THE_REQUEST, "asgi", "client", "headers", "state"}
    others = [("", name, value) for name, value in scope.items() if name not in known]
    others += [("state", name, value) for name, value in (scope.get("state") or {}).items()]
    identities = tuple(sorted(((where, name, id(value)) for where, name, value in others), key=str))
    return id(application), blake2b(plain.encode(), digest_size=16).digest(), identities


class _Question:
    __slots__ = ("_application", "_asking", "_scope", "_timer", "streams")

    def __init__(self, application: Any, scope: Any) -> None:
        self._application = application
        self._scope = {**scope}
        self._asking: asyncio.Task[None] | None = None
        self.streams: set[Stream] = set()
        self._ask_later()

    def drop(self) -> None:
        self._timer.cancel()
        if self._asking is not None:
            self._asking.cancel()

    def _ask_later(self) -> None:
        # From one question to the next. Not in step with others, and the answer takes time too.
        interval = get_settings().STREAM_REAUTHORIZE_INTERVAL * random.uniform(0.8, 0.95)  # noqa: S311
        self._timer = asyncio.get_running_loop().call_later(interval, self._ask_now)

    def _ask_now(self) -> None:
        self._ask_later()
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())

    async def _ask(self) -> None:
        questions = _questions()
        await get_hub().database_works()  # or Django could not tell either
        async with questions.turn:
            # To the end, even if the clients go: Django holds what only it can close.
            answering = asyncio.create_task(refusal(self._application, self._scope))
            questions.unanswered.add(answering)
            answering.add_done_callback(questions.unanswered.discard)
            answering.add_done_callback(self._hear)
            # But not as long as it takes: there are others to ask about.
            await asyncio.wait({answering}, timeout=REFUSAL_TIMEOUT)

    def _hear(self, answering: asyncio.Task[CloseReason | None]) -> None:
        if not answering.cancelled() and (reason := answering.result()) is not None:
            for stream in list(self.streams):
                stream.end(reason)
