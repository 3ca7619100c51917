from functools import cache

import pytest
from playwright.sync_api import expect

from tests.example import environment, migrated, running
from tests.factories import a_push
from tests.live.inside import inside, wait_for

from .pages import (
    answered,
    component,
    expect_connection,
    open_page,
    part,
    set_attribute,
    tag,
)
from .states import STATES, pushes

APPLICATION = "tests.live.inspected_asgi:application"
# Some things take so long that no test could wait for them.
HASTY = {
    "STALE_AFTER": 1,
    "STREAM_RECONCILE_INTERVAL": 0.5,
    "STREAM_REAUTHORIZE_INTERVAL": 0.5,
    "STREAM_HEARTBEAT_INTERVAL": 1,
    "STREAMS_ENABLED": "tests.component.views.streams_are_enabled",
}


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("component")


@pytest.fixture(scope="session")
def database(folder):
    """The URL of the one database of all hosts: so who logs in to one is logged in to each."""
    url = f"sqlite:///{folder}/db.sqlite3"
    with migrated(url):
        yield url


@pytest.fixture(scope="session")
def start(database, folder):
    """Starts a host, with these settings."""

    def start(**settings):
        env = environment(database, **settings)
        env["DJANGO_SETTINGS_MODULE"] = "tests.component.settings"
        return running(env, folder, application=APPLICATION)

    return start


@pytest.fixture(scope="session")
def host(start):
    with start() as host:
        yield host


@pytest.fixture
def streams(host):
    """Has the server count its open streams, until there are so many."""
    return lambda count: wait_for(lambda: inside(host)["streams"] == count, seconds=5)


@pytest.fixture(scope="session")
def hasty(start):
    with start(**HASTY) as host:
        yield host


@pytest.fixture(scope="session")
def cookies(host):
    """Of Alice, whom the log-in form let in. It did so but once."""
    given = host.log_in("alice")
    return [{"name": name, "value": value, "url": host.url} for name, value in given.items()]


@pytest.fixture
def alice(visitor, cookies):
    visitor.context.add_cookies(cookies)
    return visitor


@pytest.fixture(scope="session")
def reach(host):
    """Has the wizard push what leads to a state, unless it did. A state's workflow has its name."""

    @cache
    def reach(state):
        for body in pushes(state):
            host.push(body).raise_for_status()

    return reach


@pytest.fixture
def show(alice, host, reach):
    """Opens a page that shows a state, or what else was pushed in a workflow."""

    def show(workflow, **attributes):
        if workflow in STATES:
            reach(workflow)
        open_page(alice, host, component(workflow, **attributes))
        expect_connection(alice, "Live")
        return alice

    return show


@pytest.fixture
def switched_off(hasty):
    """Switches the streams of the hasty host off, for as long as the test lasts."""
    yield lambda: hasty.get(f"{hasty.url}/streams/off/")
    hasty.get(f"{hasty.url}/streams/on/")


@pytest.fixture
def show_all_of(alice, host, hasty, show, switched_off):
    """Opens a page with all that there is to see in a state of a run, or of the connection."""

    def show_all_of(state):
        match state:
            case "stalled":
                hasty.push(*pushes(state))
                open_page(alice, hasty, component(state))
                expect(part(alice, "card")).to_have_attribute("data-phase", state)
            case "earlier":
                for number, phase in enumerate(["completed", "error", "running"]):
                    at = f"2026-11-24T0{number}:00:00Z"
                    host.push(a_push(phase, workflow_id=state, started_at=at, run_phase=phase))
                show(state)
                part(alice, "runs").locator("summary").click()
                part(alice, "run-choice").last.click()
                expect(part(alice, "earlier")).to_be_visible()
            case "polling":
                host.push(a_push(state, workflow_id=state))
                open_page(alice, host, component(state, poll=1))
                expect_connection(alice, "Updated every few seconds")
            case "off":
                hasty.push(a_push(state, workflow_id=state))
                switched_off()
                open_page(alice, hasty, tag(state))
                expect_connection(alice, "Live updates are switched off")
                expect(part(alice, "phase")).to_have_text("Running")
            case "lost":
                alice.expected_error = answered(502)
                open_page(alice, host, component(state, url="/down/"))
                expect_connection(alice, "Connection lost, trying again")
            case "refused":
                alice.expected_error = answered(401)
                open_page(alice, host, component(""))
                alice.context.clear_cookies()
                set_attribute(alice, "workflow", state)
                expect_connection(alice, "You no longer have access")
            case _:
                show(state)
        alice.locator("details").evaluate_all("all => all.forEach((one) => { one.open = true; })")
        if part(alice, "runs").is_visible():
            expect(part(alice, "run-choice").first).to_be_visible()
        return alice

    return show_all_of
