import time

import psycopg

from tests.factories import a_push

from .conftest import INTERVAL


def test_a_database_that_drops_its_connections_ends_no_stream(processes):
    process, _ = processes
    with process.stream(workflow_id="database") as stream:
        stream.next_block()
        for _ in range(10):
            with psycopg.connect(process.env["EXAMPLE_DATABASE_URL"]) as database:
                database.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            time.sleep(INTERVAL / 10)
        pushed = process.push(a_push("database", workflow_id="database")).text
        assert stream.next().data == pushed
