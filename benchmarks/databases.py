"""An empty database of the benchmark's own: on PostgreSQL, or SQLite's where there is none."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

POSTGRESQL = os.environ.get("TEST_POSTGRESQL_URL", "postgresql://postgres@127.0.0.1:5432")
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379") + "/9"


def has_postgresql() -> bool:
    try:
        psycopg.connect(POSTGRESQL, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def database(folder: Path) -> Iterator[str]:
    """Its URL."""
    name = f"wizard_sessions_benchmark_{uuid.uuid4().hex[:12]}"
    if not has_postgresql():
        yield f"sqlite:///{folder / name}.sqlite3"
        return
    with psycopg.connect(POSTGRESQL, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield f"{POSTGRESQL}/{name}"
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def ask(url: str, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """What PostgreSQL answers; nothing, where there is none."""
    if not url.startswith("postgresql"):
        return []
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(query.encode(), parameters)
        return cursor.fetchall() if cursor.description else []
