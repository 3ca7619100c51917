import time
from contextlib import ExitStack

import psycopg
import pytest

from tests import services
from tests.example import migrated, running

STREAMS = 100


@pytest.fixture(scope="module")
def on_postgresql(server, tmp_path_factory):
    folder = tmp_path_factory.mktemp(f"postgresql-{server}")
    with (
        services.database("postgresql", folder) as url,
        migrated(url) as env,
        running(env, folder, server) as example,
    ):
        yield example


def connections(url):
    """What PostgreSQL itself says of the database's connections, apart from the one that asks."""
    with psycopg.connect(url) as database:
        [[count]] = database.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchall()
        return count


def test_100_idle_streams_hold_no_connection(on_postgresql):
    with ExitStack() as stack:
        for _ in range(STREAMS):
            stream = stack.enter_context(on_postgresql.stream(workflow_id="idle"))
            stream.next_block()
        deadline = time.monotonic() + 2  # the last request may still be closing its own
        while connections(on_postgresql.env["EXAMPLE_DATABASE_URL"]):
            assert time.monotonic() < deadline
            time.sleep(0.05)
