import asyncio
import itertools
import sys

import pytest
from django.db import connection
from django.db.backends.signals import connection_created
from playwright.sync_api import sync_playwright

from django_wizard_sessions import broadcast

from . import groups, services
from .browser import CHROMIUM_ARGUMENTS, visiting
from .example import migrated, running
from .host.models import Project
from .loops import stopped_clock

DATABASES = ("sqlite", "postgresql", "mariadb")
_numbers = itertools.count(1)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return groups.Scheduling(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    if hasattr(item.config, "workerinput"):
        groups.give_way(item.nodeid)


def pytest_sessionfinish(session):
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["not_tested"] = services.not_tested


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    # One that crashed has told nothing.
    services.not_tested |= getattr(node, "workeroutput", {}).get("not_tested", {})


def pytest_terminal_summary(terminalreporter):
    if services.not_tested:
        terminalreporter.section("Not tested", sep="=", yellow=True)
        for service, reason in services.not_tested.items():
            terminalreporter.line(f"{service}: {reason}")


@pytest.fixture(scope="session", params=DATABASES)
def database_url(request, tmp_path_factory):
    """An empty database, of each kind that the package supports."""
    with services.database(request.param, tmp_path_factory.mktemp("database")) as url:
        yield url


@pytest.fixture(scope="session")
def example_env(database_url):
    with migrated(database_url) as env:
        yield env


@pytest.fixture(scope="session")
def example(example_env, tmp_path_factory):
    """The running example, once on each database."""
    with running(example_env, tmp_path_factory.mktemp("example")) as example:
        yield example


@pytest.fixture(scope="session")
def sqlite_env(tmp_path_factory):
    with migrated(f"sqlite:///{tmp_path_factory.mktemp('sqlite')}/db.sqlite3") as env:
        yield env


@pytest.fixture(scope="session")
def sqlite_example(sqlite_env, tmp_path_factory):
    """The running example on one database, for what no database makes a difference to."""
    with running(sqlite_env, tmp_path_factory.mktemp("sqlite")) as example:
        yield example


@pytest.fixture(scope="session")
def chromium():
    """The path of the browser."""
    return services.require_chromium()


@pytest.fixture(scope="module")
def browser(chromium):
    """Of the module only: Playwright keeps an event loop running, which async tests cannot bear."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visitor(browser):
    with visiting(browser) as page:
        yield page


@pytest.fixture
def workflow():
    """A workflow that no other test knows."""
    return f"workflow-{next(_numbers)}"


@pytest.fixture
def session_id():
    return f"nextjs-app-router-{next(_numbers)}-2026-11-24T02:25:53Z"


@pytest.fixture(autouse=True)
def _unbroken():
    """An outage of the channel layer ends with its test."""
    yield
    broadcast._breaker.end()


@pytest.fixture
async def clock():
    """The event loop's: it stands still, but for when a test puts it forward."""
    with stopped_clock() as clock:
        yield clock


@pytest.fixture
async def eager_tasks():
    """Each task is begun where it is made, as a host may have it."""
    if sys.version_info < (3, 12):
        pytest.skip("tasks can be eager since Python 3.12")
    loop = asyncio.get_running_loop()
    loop.set_task_factory(asyncio.eager_task_factory)
    yield
    loop.set_task_factory(None)


@pytest.fixture
def user(django_user_model):
    return django_user_model.objects.create_user("alice", password="alice")


@pytest.fixture
def project(user):
    # By no sequence, which goes on after a test that commits.
    project = Project.objects.create(pk=1, name="Alice's shop")
    project.members.add(user)
    return project


@pytest.fixture
def other_project():
    return Project.objects.create(name="Bob's blog")


@pytest.fixture
def disk_without_waiting(db):
    """For thousands of writes: SQLite leaves it to the system when they are on the disk."""

    def configure(sender, connection, **_):
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous = OFF")
            cursor.execute("PRAGMA journal_mode = MEMORY")

    connection_created.connect(configure)
    connection.close()  # and opened again when it is needed
    yield
    connection_created.disconnect(configure)
    connection.close()
