import itertools

import pytest
from playwright.sync_api import sync_playwright

from tests import services
from tests.example import migrated, running
from tests.factories import a_push

CHROMIUM_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


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


@pytest.fixture(scope="session")
def env(tmp_path_factory):
    with migrated(f"sqlite:///{tmp_path_factory.mktemp('example')}/db.sqlite3") as env:
        yield env


@pytest.fixture(scope="module")
def example(env, tmp_path_factory):
    with running(env, tmp_path_factory.mktemp("example")) as example:
        yield example


@pytest.fixture
def visitor(browser):
    """A page in a browser of its own. An error left in its console fails the test."""
    with browser.new_context() as context:
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.console_errors = []
        page.on("pageerror", lambda error: page.console_errors.append(str(error)))
        page.on(
            "console",
            lambda message: message.type == "error" and page.console_errors.append(message.text),
        )
        yield page
    assert page.console_errors == []


_runs = itertools.count(1)


@pytest.fixture
def snapshot():
    """Makes the pushes of one run, which started later than the runs of the tests before."""
    number = next(_runs)
    run = {"session_id": f"run-{number}", "started_at": f"2026-11-24T{number:02}:00:00Z"}

    def snapshot(**changes):
        return a_push(**{**changes, **run})

    return snapshot
