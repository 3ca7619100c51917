import subprocess
import sys
import threading
import time

import pytest
from django.db import DatabaseError, OperationalError, connections

from django_wizard_sessions import database
from django_wizard_sessions.database import ask
from tests.example import ROOT, inherited_environment


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


@pytest.mark.django_db(transaction=True)
async def test_no_connection_is_kept_however_long_the_host_keeps_its_own(monkeypatch):
    def connect():
        connections["default"].ensure_connection()
        return connections["default"]

    monkeypatch.setitem(connections["default"].settings_dict, "CONN_MAX_AGE", 600)
    used = await ask(connect)
    assert used is not connections["default"]
    assert used.connection is None


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
