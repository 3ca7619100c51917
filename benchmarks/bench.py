"""What a measurement has at hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from .load.client import LoadClient, load_client
from .plans import Plan
from .servers import Server
from .stage import Stage

AT_ONCE = 20
"""Streams that are opened together, where it is not how fast that is measured."""


@dataclass(frozen=True)
class Bench:
    stage: Stage
    client: LoadClient
    plan: Plan

    @contextmanager
    def crowd(self) -> Iterator["Bench"]:
        """With a client of its own: what another one's events wait for is the server alone."""
        with load_client(is_crowd=True) as client:
            yield replace(self, client=client)

    def open(
        self, server: Server, audience: str, count: int, at_once: int = AT_ONCE, **arguments: Any
    ) -> dict[str, Any]:
        given = {"opening": server.opening, "request": server.subscribe, **arguments}
        opened = self.client.do(
            "open", audience=audience, port=server.port, count=count, at_once=at_once, **given
        )
        if opened["opened"] < count:
            raise RuntimeError(f"Of {count} streams, some did not open: {opened['failed']}")
        return opened

    def start_push(
        self, server: Server, audience: str, count: int, *, waits: bool = True, **arguments: Any
    ) -> int:
        given = {"rate": self.plan.rate, **arguments}
        return self.client.start(
            "push",
            audience=audience,
            port=server.port,
            request=server.publish,
            count=count,
            waits=waits,
            **given,
        )

    def push(
        self, server: Server, audience: str, count: int, *, waits: bool = True, **arguments: Any
    ) -> dict[str, Any]:
        begun = self.start_push(server, audience, count, waits=waits, **arguments)
        pushed = self.client.result(begun)
        if set(pushed["statuses"]) - {"200", "201", "202", "204"}:
            raise RuntimeError(f"Some pushes were refused: {pushed['statuses']}")
        return pushed

    def close(self, audience: str) -> dict[str, Any]:
        return self.client.do("close", audience=audience)
