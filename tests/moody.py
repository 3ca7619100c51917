"""A server that answers pushes as it is told, and remembers when which of them came."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HANGS_UP = 0


class MoodyServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.statuses: list[int] = []
        self.delay = 0.0
        self.before_answer: Callable[[], object] = lambda: time.sleep(self.delay)
        self.came: list[float] = []
        self.pushes: list[dict[str, Any]] = []
        self.under_way = self.most_under_way = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/sessions/"

    @property
    def titles(self) -> list[str]:
        return [push["tasks"][0]["title"] for push in self.pushes]

    @property
    def waits(self) -> list[float]:
        """The seconds between one push and the next."""
        return [after - before for before, after in zip(self.came, self.came[1:], strict=False)]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: MoodyServer

    def do_POST(self) -> None:
        server = self.server
        server.came.append(time.monotonic())
        server.pushes.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        server.under_way += 1
        server.most_under_way = max(server.most_under_way, server.under_way)
        server.before_answer()
        server.under_way -= 1
        self.answer(server.statuses.pop(0) if server.statuses else 200)

    def answer(self, status: int) -> None:
        if status == HANGS_UP:
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Length", "2")
        if status == 429:
            self.send_header("Retry-After", "1")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *arguments: object) -> None:
        """Not in the tests' output."""


@contextmanager
def moody_server() -> Iterator[MoodyServer]:
    with MoodyServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
