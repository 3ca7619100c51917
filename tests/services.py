"""What the tests need beside Python: used where it is found, and said plainly where it is not."""

import importlib
import os
import shutil
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

import psycopg
import pymysql
import pytest
import redis

POSTGRESQL = os.environ.get("TEST_POSTGRESQL_URL", "postgresql://postgres@127.0.0.1:5432")
MARIADB: dict[str, Any] = {"host": "127.0.0.1", "port": 3306, "user": "root", "password": ""}
# Some programs are for root alone to start, as a rule; some are installed beside Python.
COMMANDS = f"{os.environ['PATH']}:/usr/sbin:{Path(sys.executable).parent}"
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379")

not_tested: dict[str, str] = {}


def missing(service: str, reason: str) -> NoReturn:
    """Skips the test, and has the end of the run say so; on CI, fails it."""
    not_tested[service] = reason
    if os.environ.get("CI") == "true":
        pytest.fail(f"{service} is needed on CI: {reason}", pytrace=False)
    pytest.skip(f"{service} was not found: {reason}")


@cache
def _fault(connect: Callable[[], None]) -> str | None:
    try:
        connect()
    except Exception as error:  # noqa: BLE001
        return f"{type(error).__name__}: {str(error).splitlines()[0]}"
    return None


def _connect_postgresql() -> None:
    psycopg.connect(POSTGRESQL, connect_timeout=3).close()


def _connect_mariadb() -> None:
    pymysql.connect(**MARIADB, connect_timeout=3).close()


def _connect_redis() -> None:
    redis.Redis.from_url(REDIS, socket_connect_timeout=3).ping()


def require_redis() -> str:
    if fault := _fault(_connect_redis):
        missing("Redis", fault)
    return REDIS


def require_postgresql() -> None:
    if fault := _fault(_connect_postgresql):
        missing("PostgreSQL", fault)


def require_mariadb() -> None:
    if fault := _fault(_connect_mariadb):
        missing("MariaDB", fault)


def require_chromium() -> str:
    return _require_command("chromium", "Chromium")


def require_redis_server() -> str:
    return _require_command("redis-server", "A Redis of the tests' own")


def require_proxy(name: str) -> str:
    return _require_command(name, f"A proxy, {name}")


def require_kubernetes_schemas() -> ModuleType:
    try:
        return importlib.import_module("kubernetes_validate")
    except ImportError:
        missing("Kubernetes' schemas", "no kubernetes-validate is installed")


def require_node() -> str:
    return _require_command("node", "What runs in a page")


def require_npm() -> str:
    """With it comes node."""
    return _require_command("npm", "The TypeScript clients")


def require_curl() -> str:
    return _require_command("curl", "curl")


def _require_command(command: str, name: str) -> str:
    path = shutil.which(command, path=COMMANDS)
    if path is None:
        missing(name, f"no {command} on the PATH")
    return path


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database of this kind; it is gone at the end."""
    name = f"wizard_sessions_test_{uuid.uuid4().hex[:12]}"
    match kind:
        case "sqlite":
            yield f"sqlite:///{folder / name}.sqlite3"
        case "postgresql":
            require_postgresql()
            with psycopg.connect(POSTGRESQL, autocommit=True) as server:
                server.execute(f'CREATE DATABASE "{name}"')
                yield f"{POSTGRESQL}/{name}"
                server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        case "mariadb":
            require_mariadb()
            server = pymysql.connect(**MARIADB)
            with server, server.cursor() as cursor:
                cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
                yield f"mysql://{MARIADB['user']}@{MARIADB['host']}:{MARIADB['port']}/{name}"
                cursor.execute(f"DROP DATABASE {name}")
