import os
import signal
import subprocess
import time

import redis

from tests import services
from tests.example import free_port


class RedisProcess:
    """A Redis of the test's own, to do with as it likes. It keeps nothing."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        self._server = services.require_redis_server()
        self.start()

    def start(self) -> None:
        options = ["--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--appendonly"]
        self.process = subprocess.Popen([self._server, *options, "no"], stdout=subprocess.DEVNULL)
        self._wait_until_it_answers()

    def stop(self) -> None:
        self.resume()
        self.process.kill()
        self.process.wait()

    def restart_empty(self) -> None:
        self.stop()
        self.start()

    def pause(self) -> None:
        os.kill(self.process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)

    def kill_connections(self) -> None:
        """Those of all its clients: who waits for messages is told nothing."""
        with redis.Redis.from_url(self.url) as client:
            for kind in ("pubsub", "normal"):
                client.execute_command("CLIENT", "KILL", "TYPE", kind, "SKIPME", "yes")

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                with redis.Redis.from_url(self.url) as client:
                    client.ping()
                    return
            except redis.ConnectionError:
                time.sleep(0.02)
        raise AssertionError(self.process.poll())
