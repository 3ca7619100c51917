import asyncio
import subprocess
import sys
import threading
import time

import pytest
from django.db import DatabaseError, OperationalError, connections

from django_wizard_sessions import database
from django_wizard_sessions.database import ask, close_connections
from tests.example import ROOT, inherited_environment


@pytest.fixture(autouse=True)
def _at_rest():
    """No test finds a connection that another one left."""
    close_connections()


async def test_it_answers_what_is_read():
    assert await ask(divmod, 7, 3) == (2, 1)


async def test_a_fault_is_raised_where_it_is_awaited():
    def fail():
        raise DatabaseError("gone")

    with pytest.raises(DatabaseError, match="gone"):
        await ask(fail)


async def test_a_database_that_hangs_fails_and_holds_up_nobody_else(monkeypatch):
    monkeypatch.setattr(database, "ANSWER_TIMEOUT", 0.1)
    hanging = threading.Event()
    for _ in range(50):  # more than a pool has threads
        with pytest.raises(OperationalError, match="no answer within"):
            await ask(hanging.wait, 30)
    assert await ask(time.monotonic)
    hanging.set()


def connect():
    connections["default"].ensure_connection()
    return connections["default"]


@pytest.mark.django_db(transaction=True)
class TestConnections:
    async def test_one_is_kept_for_a_question_that_comes_soon(self):
        used = await ask(connect)
        assert used is not connections["default"]
        kept = used.connection
        assert (await ask(connect)).connection is kept is not None

    async def test_it_is_not_kept_long_however_long_the_host_keeps_its_own(self, monkeypatch):
        monkeypatch.setitem(connections["default"].settings_dict, "CONN_MAX_AGE", 600)
        monkeypatch.setattr(database, "LINGER", 0.05)
        used = await ask(connect)
        await asyncio.sleep(0.5)
        assert used.connection is None

    async def test_it_is_closed_when_no_question_is_expected(self):
        used = await ask(connect)
        close_connections()
        await asyncio.sleep(0.1)
        assert used.connection is None

    async def test_who_finds_it_dead_is_answered_by_another(self, monkeypatch):
        def read():
            reads.append(connect().connection)
            if len(reads) == 1:
                raise OperationalError("server closed the connection unexpectedly")
            return "found"

        reads = []
        used = await ask(connect)
        monkeypatch.setattr(used, "is_usable", lambda: False)
        assert await ask(read) == "found"
        assert reads[0] is not reads[1]

    async def test_what_fails_on_a_good_one_is_not_tried_again(self):
        def fail():
            reads.append(connect())
            raise DatabaseError("gone")

        reads = []
        await ask(connect)
        with pytest.raises(DatabaseError, match="gone"):
            await ask(fail)
        assert len(reads) == 1


def test_a_process_can_exit_while_the_database_hangs():
    code = (
        "import asyncio, time; from django.conf import settings; settings.configure();"
        "from django_wizard_sessions import database; database.ANSWER_TIMEOUT = 0.1;"
        "asyncio.run(database.ask(time.sleep, 60))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=inherited_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    assert "no answer within 0.1 s" in done.stderr
