"""What goes wrong while wizards push and viewers watch: drawn by chance, from a seed."""

import time
from collections.abc import Callable, Iterator
from random import Random
from threading import Event, Thread

from tests.example import Example

from .database import refusing_connections, terminate_connections
from .history import Fault
from .redis_process import RedisProcess
from .stage import WORKFLOW, Stage

CALM = (0.1, 1)  # seconds between two faults
RESETS = 10


class Nemesis(Thread):
    """One fault after the other. Each undoes what it did: at the end, all is well."""

    def __init__(self, faults: "LayerFaults | HostFaults", stage: Stage) -> None:
        super().__init__(name=type(faults).__name__)
        self._faults: list[Callable[[Random], None]] = faults.all
        self._history = stage.history
        self._random = stage.random(self.name)
        self._stopping = Event()

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        for fault in self._in_any_order():
            if self._stopping.wait(self._random.uniform(*CALM)):
                return
            began = time.monotonic()
            fault(self._random)
            self._history.faults.append(Fault(began, time.monotonic(), fault.__name__))

    def _in_any_order(self) -> Iterator[Callable[[Random], None]]:
        """Each once before any comes again."""
        while True:
            yield from self._random.sample(self._faults, len(self._faults))


class LayerFaults:
    """And a time without any: a push does not try the layer again before 3 s are over."""

    OUTAGE = (0.2, 3)  # seconds
    PEACE = 5  # seconds

    def __init__(self, redis_process: RedisProcess) -> None:
        self._redis = redis_process
        self.all = [
            self.connections_of_redis_cut,
            self.redis_hangs,
            self.redis_is_down,
            self.redis_restarts_empty,
            self.redis_is_well,
        ]

    def connections_of_redis_cut(self, _random: Random) -> None:
        self._redis.kill_connections()

    def redis_hangs(self, random: Random) -> None:
        self._redis.pause()
        time.sleep(random.uniform(*self.OUTAGE))
        self._redis.resume()

    def redis_is_down(self, random: Random) -> None:
        self._redis.stop()
        time.sleep(random.uniform(*self.OUTAGE))
        self._redis.start()

    def redis_restarts_empty(self, _random: Random) -> None:
        self._redis.restart_empty()

    def redis_is_well(self, _random: Random) -> None:
        time.sleep(self.PEACE)


class HostFaults:
    """Of the database, of the servers — never of both servers at once — and of some clients."""

    OUTAGE = (0.2, 1)  # seconds
    SILENCE = (0.5, 2)  # seconds

    def __init__(self, processes: tuple[Example, Example]) -> None:
        self._processes = processes
        self._database = processes[0].env["EXAMPLE_DATABASE_URL"]
        self.all = [
            self.connections_of_database_cut,
            self.database_is_down,
            self.server_is_stopped,
            self.server_is_killed,
            self.clients_reset,
            self.client_is_silent,
        ]

    def connections_of_database_cut(self, _random: Random) -> None:
        terminate_connections(self._database)

    def database_is_down(self, random: Random) -> None:
        with refusing_connections(self._database):
            time.sleep(random.uniform(*self.OUTAGE))

    def server_is_stopped(self, random: Random) -> None:
        self._restart_after(random, Example.terminate)

    def server_is_killed(self, random: Random) -> None:
        self._restart_after(random, Example.kill)

    def clients_reset(self, random: Random) -> None:
        for _ in range(RESETS):
            random.choice(self._processes).stream(workflow_id=WORKFLOW).abort()

    def client_is_silent(self, random: Random) -> None:
        with random.choice(self._processes).silent_client(workflow_id=WORKFLOW):
            time.sleep(random.uniform(*self.SILENCE))

    def _restart_after(self, random: Random, end: Callable[[Example], None]) -> None:
        server = random.choice(self._processes)
        end(server)
        server.process.wait(timeout=10)
        server.start()
