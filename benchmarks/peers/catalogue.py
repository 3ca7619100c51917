"""Every peer, by name: how it is started, and what it is asked."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from benchmarks.databases import REDIS
from benchmarks.messages import TOPIC, get, post, run
from benchmarks.servers import Server, free_port, running, uvicorn
from benchmarks.stage import Stage

from . import nchan, ours

STREAM = get(f"/streams/{TOPIC}")
PUBLISH = post(f"/publish/{TOPIC}", run("benchmark"))


@dataclass(frozen=True)
class Peer:
    title: str
    serve: Callable[[Stage], AbstractContextManager[Server]]
    is_for_connects: bool = False
    """Its open streams are another peer's; only to open one costs more."""


def asgi(module: str) -> Callable[[Stage], AbstractContextManager[Server]]:
    @contextmanager
    def serve(stage: Stage) -> Iterator[Server]:
        env = {**os.environ, "BENCHMARKS_REDIS": REDIS}
        application = f"benchmarks.peers.{module}:application"
        with uvicorn(application, stage.folder, env) as (process, port):
            yield Server(port, process, STREAM, PUBLISH)

    return serve


@contextmanager
def serve_raw_sockets(stage: Stage) -> Iterator[Server]:
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.peers.raw_sockets", str(port)]
    with running(command, port, stage.folder / f"{port}.log") as process:
        yield Server(port, process, STREAM, PUBLISH, collects_garbage=False)


@contextmanager
def serve_nchan(stage: Stage) -> Iterator[Server]:
    with nchan.nginx(stage.folder) as (process, port):
        yield Server(port, process, STREAM, PUBLISH, collects_garbage=False)


def eventstream(subscribe: str) -> Callable[[Stage], AbstractContextManager[Server]]:
    @contextmanager
    def serve(stage: Stage) -> Iterator[Server]:
        settings = {"DJANGO_SETTINGS_MODULE": "benchmarks.peers.eventstream.settings"}
        env = {**stage.environment(), **settings}
        application = "django.core.asgi:get_asgi_application"
        with uvicorn(application, stage.folder, env, ["--factory"]) as (process, port):
            request = get(subscribe, stage.authorization)
            yield Server(port, process, request, PUBLISH, opening="stream-open")

    return serve


PEERS = {
    "ours": Peer("django-wizard-sessions", ours.serve),
    "raw_sockets": Peer("raw asyncio sockets", serve_raw_sockets),
    "bare_direct": Peer("bare ASGI, sent by the publisher", asgi("bare_direct")),
    "nchan": Peer("nchan (nginx, in C)", serve_nchan),
    "bare_task": Peer("bare ASGI, a queue and a task per stream", asgi("bare_task")),
    "sse_starlette": Peer("sse-starlette", asgi("sse_starlette")),
    "eventstream": Peer("django-eventstream", eventstream(f"/streams/{TOPIC}")),
    "eventstream_authenticated": Peer(
        "django-eventstream, authenticated as ours",
        eventstream(f"/projects/1/streams/{TOPIC}"),
        is_for_connects=True,
    ),
    "naive_channels": Peer("Channels, each consumer in the group", asgi("naive_channels")),
}


def missing(name: str) -> str | None:
    """Why a peer cannot take part on this machine."""
    if name == "nchan" and not nchan.is_installed():
        return "nchan is not installed (Debian: libnginx-mod-nchan)"
    return None
