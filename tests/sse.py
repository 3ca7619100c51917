"""A small reader of event streams, as strict as the standard and no more comfortable."""

import socket
import ssl
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Self

import httpx

PATIENCE = 10  # seconds
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # spares each client the loading of certificates

RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # for SO_LINGER


@dataclass
class Event:
    data: str
    event: str = "message"
    id: str | None = None

    @classmethod
    def of(cls, block: list[str]) -> Self | None:
        """``None`` for a block of comments."""
        fields = dict(line.split(": ", 1) for line in block if not line.startswith(":"))
        return cls(**fields) if "data" in fields else None


def lines(chunks: Iterable[str]) -> Iterator[str]:
    """Split at line feeds alone: httpx would split within a text that holds U+0085 or U+2028."""
    rest = ""
    for chunk in chunks:
        *complete, rest = (rest + chunk).split("\n")
        yield from complete


class EventStream:
    """An open stream. What arrives waits in the socket until it is asked for."""

    def __init__(self, url: str, *, tls: ssl.SSLContext = NO_TLS, **request: Any) -> None:
        self._client = httpx.Client(timeout=PATIENCE, verify=tls)
        self.response = self._client.send(
            self._client.build_request("GET", url, **request), stream=True
        )
        self._lines = lines(self.response.iter_text()) if self.response.is_success else None
        if self._lines is None:
            self.response.read()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def blocks(self) -> Iterator[list[str]]:
        """The lines between two blank ones, as they come; ends when the server does."""
        assert self._lines, self.response.text
        block: list[str] = []
        for line in self._lines:
            if line:
                block.append(line)
            else:
                yield block
                block = []

    def next_block(self) -> list[str]:
        return next(self.blocks())

    def events(self) -> Iterator[Event]:
        """Events only, without the comments; ends when the server does."""
        return filter(None, map(Event.of, self.blocks()))

    def next(self) -> Event:
        """The next event. Raises ``httpx.ReadTimeout`` when none comes in time."""
        return next(self.events())

    def abort(self) -> None:
        """Goes without a word, as a client does that crashed: by a TCP reset."""
        raw = self.response.extensions["network_stream"].get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self.close()

    def close(self) -> None:
        self.response.close()
        self._client.close()
