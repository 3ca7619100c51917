import time

from tests.factories import a_push

from .conftest import INTERVAL
from .database import terminate_connections


def test_a_database_that_drops_its_connections_ends_no_stream(processes):
    process, _ = processes
    with process.stream(workflow_id="database") as stream:
        stream.next_block()
        for _ in range(10):
            terminate_connections(process.env["EXAMPLE_DATABASE_URL"])
            time.sleep(INTERVAL / 10)
        pushed = process.push(a_push("database", workflow_id="database")).text
        assert stream.next().data == pushed
