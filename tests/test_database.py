import asyncio
import os
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, connections

from django_wizard_sessions import database
from django_wizard_sessions.database import ask, close_connections
from tests.example import ROOT, inherited_environment


@pytest.fixture(autouse=True)
def _at_rest():
    """No test finds a connection that another one left."""
    close_connections()
    yield
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


class TestReaders:
    """The threads that ask."""

    @pytest.fixture(autouse=True)
    def _lingering(self, monkeypatch):
        """However slow the machine is, none goes for nobody asks."""
        monkeypatch.setattr(database, "LINGER", 60)

    @pytest.fixture
    def now(self, monkeypatch):
        """The readers' clock, which stands still."""
        now = SimpleNamespace(seconds=1000.0)
        monkeypatch.setattr(database, "time", SimpleNamespace(monotonic=lambda: now.seconds))
        return now

    async def test_one_is_asked_again_and_again(self, now):
        first = await ask(threading.current_thread)
        for _ in range(20):
            assert await ask(threading.current_thread) is first

    async def test_it_retires_after_its_lifetime_however_often_it_is_asked(self, now):
        first = await ask(threading.current_thread)
        for _ in range(9):
            now.seconds += database.LIFETIME / 10
            assert await ask(threading.current_thread) is first
        now.seconds += database.LIFETIME / 10
        await ask(threading.current_thread)
        assert await ask(threading.current_thread) is not first
        await asyncio.to_thread(first.join, 5)
        assert not first.is_alive()


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

    async def test_it_is_closed_too_when_its_reader_is_answering_just_then(self, monkeypatch):
        def read():
            is_answering.set()
            goes_on.wait(5)
            return threading.current_thread(), connect()

        is_answering, goes_on = threading.Event(), threading.Event()
        monkeypatch.setattr(database, "LINGER", 60)
        answering = asyncio.create_task(ask(read))
        await asyncio.to_thread(is_answering.wait, 5)
        close_connections()
        goes_on.set()
        reader, used = await answering
        await asyncio.to_thread(reader.join, 5)
        assert (reader.is_alive(), used.connection) == (False, None)

    @pytest.fixture
    async def unclosable(self, monkeypatch):
        """One that was kept, and raises when it is closed the first time."""

        def close():
            close_it()
            if faults:
                raise faults.pop()

        faults = [InterfaceError("cannot be closed")]
        monkeypatch.setattr(database, "LINGER", 60)
        used = await ask(connect)
        close_it = used._close
        monkeypatch.setattr(used, "_close", close)
        return used

    async def test_one_that_cannot_be_closed_hides_no_fault_and_keeps_nobody_waiting(
        self, unclosable, caplog
    ):
        def fail():
            readers.append(threading.current_thread())
            raise DatabaseError("gone")

        readers = []
        with pytest.raises(DatabaseError, match="gone"):
            await ask(fail)
        await asyncio.to_thread(readers[0].join, 5)
        assert "cannot be closed" in caplog.text

    async def test_who_finds_it_dead_is_answered_by_another_though_it_cannot_be_closed(
        self, unclosable, monkeypatch, caplog
    ):
        def read():
            reads.append(connect().connection)
            if len(reads) == 1:
                raise OperationalError("server closed the connection unexpectedly")
            return "found"

        reads = []
        monkeypatch.setattr(unclosable, "is_usable", lambda: False)
        assert await ask(read) == "found"
        assert reads[0] is not reads[1]
        assert "cannot be closed" in caplog.text

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


@pytest.fixture
def run():
    """A process that has nothing but the module."""

    def run(code):
        modules = (
            "import asyncio, os, time; from django.conf import settings; settings.configure();"
            "from django_wizard_sessions import database;"
        )
        return subprocess.run(
            [sys.executable, "-c", modules + code],
            cwd=ROOT,
            env=inherited_environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )

    return run


def test_a_process_can_exit_while_the_database_hangs(run):
    done = run("database.ANSWER_TIMEOUT = 0.1; asyncio.run(database.ask(time.sleep, 60))")
    assert "no answer within 0.1 s" in done.stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no process forks here")
def test_a_forked_process_asks_by_threads_of_its_own(run):
    """None of its parent's goes on in it."""
    done = run(
        "database.LINGER = 60;"
        "asyncio.run(database.ask(divmod, 7, 3));"
        "child = os.fork();"
        "child or print(asyncio.run(database.ask(divmod, 7, 3)), flush=True);"
        "child and os.waitpid(child, 0);"
        "child and print(asyncio.run(database.ask(divmod, 9, 3)))"
    )
    assert done.stdout == "(2, 1)\n(3, 0)\n"
