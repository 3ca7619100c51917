import asyncio
import contextvars
import random
from typing import Any

from . import inline
from .backpressure import Producer, producer
from .conf import get_settings
from .responses import Headers, Message, StreamResponse
from .signals import CloseReason, frames_sent
from .streams import Stream
from .ticks import TICK, get_ticks

HEARTBEAT_MARGIN = 0.95  # of the interval: within it, a heartbeat is not only sent but there
LONGEST_WAIT = 3600  # seconds


class Connection:
    """To one client: sends what is due of a stream as soon as the client takes it.

    No task waits for what may become due. What the client cannot take at once is waited for in
    one, and what becomes due meanwhile stays with the stream.
    """

    __slots__ = (
        "_context",
        "_end_at",
        "_interval",
        "_is_inline",
        "_is_over",
        "_is_writing",
        "_life",
        "_loop",
        "_pings_first",
        "_producer",
        "_response",
        "_send",
        "_sent_at",
        "_stream",
        "_tick",
        "_ticks",
        "_write_timeout",
        "_writing",
        "close_reason",
        "fault",
        "frames",
    )

    def __init__(self, send: Any, headers: Headers, heartbeat: str) -> None:
        settings = get_settings()
        self._loop = asyncio.get_running_loop()
        self._context = contextvars.copy_context()
        self._send = send
        self._is_inline = inline.is_of_server(send)
        self._producer: Producer | None = None
        self._response = StreamResponse(headers, heartbeat)
        self._pings_first = heartbeat == "event"
        self._interval = settings.STREAM_HEARTBEAT_INTERVAL * HEARTBEAT_MARGIN - TICK
        self._ticks = get_ticks()
        self._write_timeout = settings.STREAM_WRITE_TIMEOUT
        self._sent_at = self._loop.time()
        # Not in step with others: tabs that were opened at once would all come back at once.
        lifetime = settings.STREAM_MAX_DURATION * random.uniform(0.9, 1) - TICK  # noqa: S311
        self._end_at = self._sent_at + lifetime
        self._is_writing = self._is_over = False
        self._writing: asyncio.Task[None] | None = None
        self.frames: int = 0
        """So many states were sent, and the client took them."""
        self.close_reason: CloseReason | None = None
        self.fault: Exception | None = None
        """Of the server, if it raised something unforeseen."""

    async def serve(self, stream: Stream, receive: Any) -> None:
        """Returns when the client went or was given up, or when the stream was ended."""
        self._stream = self._response.stream = stream
        self._producer = producer(self._send)
        self._await_tick(self._sent_at)
        try:
            async with asyncio.timeout(None) as self._life:
                self.flush()
                while (await receive())["type"] != "http.disconnect":
                    pass
        except TimeoutError:
            pass  # by _leave()
        finally:
            self._close()

    def begun(self) -> None:
        """To be called when what the stream begins with was read, or could not be.

        A page sees no comment: with no session to begin with, an event tells it at once that no
        proxy on the way holds the stream back.
        """
        if self._pings_first and not self.frames:
            self._response.heartbeat_is_due = True
            self._stream.tell()

    def flush(self) -> None:
        """Sends what is due, unless the client is yet to take what was sent before."""
        if self._is_writing or self._is_over:
            return
        self._is_writing = True
        rest = None
        if self._is_inline:
            try:
                rest = self._write_at_once()
            except Exception as error:  # noqa: BLE001  # whatever the server raises
                self._fail(error)
                return
            if rest is None:
                self._is_writing = False
                return
        # What a middleware has put around the server's send is of this request.
        self._writing = self._loop.create_task(self._write(rest), context=self._context)

    def _write_at_once(self) -> inline.Rest | None:
        """Sends what the client takes at once. If it is behind then, returns what to wait for."""
        while (message := self._next()) is not None:
            if (rest := inline.begin(self._send(message))) is not None:
                return rest
            if self._producer is not None and (rest := inline.begin(self._producer.wait())):
                return rest
            self._note_taken()
        return None

    async def _write(self, rest: inline.Rest | None) -> None:
        patience = asyncio.timeout(self._write_timeout)
        try:
            async with patience:
                if rest is not None:
                    await rest
                    self._note_taken()
                while (message := self._next()) is not None:
                    patience.reschedule(self._sent_at + self._write_timeout)
                    await self._send(message)
                    if self._producer is not None:
                        await self._producer.wait()
                    self._note_taken()
        except Exception as error:  # noqa: BLE001  # whatever the server raises
            if patience.expired():
                self._leave(CloseReason.SLOW)
            else:
                self._fail(error)
        self._is_writing = False
        self._writing = None

    def _next(self) -> Message | None:
        message = self._response.next()
        if message is not None:
            self._sent_at = self._loop.time()
            if self._producer is not None and self._response.has_ended:
                self._producer.unregister()
        return message

    def _note_taken(self) -> None:
        """The client took what was sent, as far as the server knows."""
        count = self._stream.frames_taken - self.frames
        if count:
            self.frames += count
            if frames_sent.receivers:  # to ask first is what saves time
                frames_sent.send_robust(Connection, count=count)
        if self._response.has_ended:
            self._leave(CloseReason.END)

    def _await_tick(self, now: float) -> None:
        """For the next heartbeat, or for what is sent instead of it."""
        beat_at = self._sent_at + self._interval
        if now >= beat_at:
            beat_at = now + self._interval  # one is due, or the client is behind
        # Both may be infinite; who is called too early waits again.
        next_at = min(beat_at, self._end_at, now + LONGEST_WAIT)
        self._tick = self._ticks.add(next_at, self._on_tick)

    def _on_tick(self) -> None:
        now = self._loop.time()
        if now >= self._end_at:
            self._stream.end(CloseReason.END)
            return
        if now >= self._sent_at + self._interval:
            self._response.heartbeat_is_due = True
            self.flush()
        self._await_tick(now)

    def _fail(self, error: Exception) -> None:
        if isinstance(error, OSError | RuntimeError):  # the latter: uvloop
            self._leave(CloseReason.CLIENT)
        else:
            self.fault = error
            self._leave(CloseReason.FAULT)

    def _leave(self, reason: CloseReason) -> None:
        """Wakes who waits for the client to go."""
        self.close_reason = self.close_reason or reason
        if not self._is_over:
            self._is_over = True
            self._life.reschedule(self._loop.time())

    def _close(self) -> None:
        self._is_over = True
        self._ticks.discard(self._tick, self._on_tick)
        if self._writing is not None:  # to a client that went, a send may never return
            self._writing.cancel()
        if self._producer is not None:
            self._producer.unregister()
