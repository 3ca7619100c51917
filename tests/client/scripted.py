"""A server that answers as it is told: as proxies do, and broken servers."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from tests.factories import a_push

PING = b"event: ping\ndata: {}\n\n"
END = b"event: end\ndata: reconnect\n\n"

Answer = Callable[[BaseHTTPRequestHandler, "Script"], None]


def a_session(session_id: str = "run-1", **changes: Any) -> dict[str, Any]:
    """A session as servers answer it."""
    moment = "2026-11-24T02:25:54.000001Z"
    answered = {"team_id": 1, "event_plan": None, "error": None, "is_stale": False}
    moments = {"created_at": moment, "updated_at": moment}
    return {**a_push(session_id), **answered, **moments, **changes}


def a_frame(session_id: str = "run-1", *, event_id: str = "1", **changes: Any) -> bytes:
    return f"id: {event_id}\ndata: {json.dumps(a_session(session_id, **changes))}\n\n".encode()


class Script:
    """What is asked of the server, and what it answers: each answer to one request."""

    def __init__(self, answers: Iterable[Answer]) -> None:
        self.requests: list[BaseHTTPRequestHandler] = []
        self.answers = iter(answers)
        self.is_over = Event()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.requests.append(handler)
        next(self.answers, an_answer(404))(handler, self)  # nobody waits for more than there is


def an_answer(status: int, body: bytes = b"", **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler, script: Script) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def a_stream(*frames: bytes) -> Answer:
    """It is cut behind the last frame."""
    return an_answer(
        200, b":\nretry: 1000\n\n" + b"".join(frames), Content_Type="text/event-stream"
    )


def a_silent_stream(*frames: bytes) -> Answer:
    """It stays open, and nothing more comes."""

    def answer(handler: BaseHTTPRequestHandler, script: Script) -> None:
        a_stream(*frames)(handler, script)
        script.is_over.wait()

    return answer


@contextmanager
def answering(*answers: Answer) -> Iterator[tuple[str, list[BaseHTTPRequestHandler]]]:
    """The URL of such a server, and its script."""
    script = Script(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            script.answer(self)

        def log_message(self, *arguments: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/sessions/", script.requests
        finally:
            script.is_over.set()
            server.shutdown()
            thread.join()
