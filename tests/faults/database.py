from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from tests import services

TERMINATE_ALL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"


def terminate_connections(url: str) -> None:
    with connected_beside(url) as (server, name):
        server.execute(TERMINATE_ALL, [name])


@contextmanager
def refusing_connections(url: str) -> Iterator[None]:
    """As a database that is down, or full."""
    with connected_beside(url) as (server, name):
        server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        server.execute(TERMINATE_ALL, [name])
        yield
        server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


@contextmanager
def connected_beside(url: str) -> Iterator[tuple[psycopg.Connection[Any], str]]:
    """To another database of the same server."""
    with psycopg.connect(services.POSTGRESQL, autocommit=True) as server:
        yield server, url.rpartition("/")[2]
