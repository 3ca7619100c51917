"""Whatever happens on the way, the page ends with what the database says."""

import sqlite3

import pytest
from playwright.sync_api import expect

from tests.factories import a_push, a_task

from .pages import answered, component, expect_connection, open_page, part, set_attribute

# A server that is not there, by what Chromium itself says in the console.
GONE = r"Failed to load resource: net::ERR_(CONNECTION_(REFUSED|RESET)|INCOMPLETE_CHUNKED_ENCODING)"
# The shortest delay of those that a page may draw. What ends a wait is the browser's clock, which
# the tests put forward.
IMPATIENT = "Math.random = () => 0;"


@pytest.fixture
def page(alice):
    alice.add_init_script(IMPATIENT)
    alice.clock.install()
    return alice


@pytest.fixture
def push(workflow):
    """Pushes to a host what the workflow's one run has come to."""

    def push(host, title, **changes):
        tasks = [a_task(title=title, status="in_progress")]
        push = a_push(workflow, workflow_id=workflow, tasks=tasks, **changes)
        host.push(push).raise_for_status()

    return push


@pytest.fixture(scope="module")
def mortal(start):
    with start() as host:
        yield host


def expect_task(page, title):
    expect(part(page, "task-title")).to_have_text(title)


def let_pass(page, seconds, name, words):
    """Time goes by until this is said. In each second, the server has the time to answer."""
    for _ in range(seconds):
        page.clock.run_for(1_000)
        page.evaluate("fetch('/inside/').catch(() => undefined)")
        if part(page, name).inner_text() == words:
            return
    expect(part(page, name)).to_have_text(words)


def test_a_server_that_is_killed_and_comes_back(page, mortal, workflow, push):
    page.expected_error = GONE
    push(mortal, "Before")
    open_page(page, mortal, component(workflow))
    expect_task(page, "Before")
    mortal.kill()
    expect_connection(page, "Connection lost, trying again")
    expect_task(page, "Before")
    mortal.start()
    push(mortal, "While nobody watched")
    let_pass(page, 40, "connection", "Live")
    expect_task(page, "While nobody watched")
    push(mortal, "After")
    expect_task(page, "After")


def test_a_server_with_no_room_for_a_minute(page, start, workflow, push):
    page.expected_error = answered(503)
    with start(MAX_STREAMS_PER_PROCESS=1) as full:
        push(full, "Before")
        with full.stream(workflow_id=workflow) as other:
            other.next()
            open_page(page, full, component(workflow))
            let_pass(page, 60, "connection", "Updated every few seconds")
            expect_task(page, "Before")
            push(full, "Meanwhile")
            let_pass(page, 60, "task-title", "Meanwhile")
        let_pass(page, 60, "connection", "Live")
        push(full, "After")
        expect_task(page, "After")


def test_a_run_that_starts_while_the_page_is_away(page, mortal, workflow, push):
    page.expected_error = GONE
    push(mortal, "The first run")
    open_page(page, mortal, component(workflow))
    expect_task(page, "The first run")
    mortal.kill()
    expect_connection(page, "Connection lost, trying again")
    mortal.start()
    newer = a_push("newer", workflow_id=workflow, started_at="2026-11-25T00:00:00Z")
    mortal.push({**newer, "run_phase": "completed"})
    let_pass(page, 40, "connection", "Live")
    expect(part(page, "phase")).to_have_text("Completed")


def test_a_session_that_ends_in_mid_stream_until_there_is_a_log_in(
    visitor, hasty, database, workflow, push
):
    visitor.expected_error = answered(401)
    visitor.add_init_script(IMPATIENT)
    visitor.clock.install()
    push(hasty, "Before")
    log_in(visitor, hasty)
    open_page(visitor, hasty, component(workflow))
    expect_connection(visitor, "Live")
    end_session(database, visitor)
    let_pass(visitor, 10, "connection", "You no longer have access")
    expect(visitor.get_by_role("button", name="Log in again")).to_be_visible()
    push(hasty, "Meanwhile")
    expect_task(visitor, "Before")

    with visitor.context.new_page() as tab:
        log_in(tab, hasty)
    let_pass(visitor, 40, "connection", "Live")
    expect(visitor.get_by_role("button", name="Log in again")).to_be_hidden()
    expect_task(visitor, "Meanwhile")


def test_who_logs_in_again_comes_back_to_the_page(page, host, workflow, push):
    page.expected_error = answered(401)
    push(host, "Before")
    open_page(page, host, component(""))
    address = page.url
    page.context.clear_cookies()
    set_attribute(page, "workflow", workflow)
    page.get_by_role("button", name="Log in again").click()
    fill_in(page)
    expect(page).to_have_url(address)


def log_in(page, host):
    page.goto(f"{host.url}/accounts/login/")
    fill_in(page)
    expect(page).to_have_url(f"{host.url}/")


def fill_in(page):
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill("alice")
    page.get_by_role("button", name="Log in").click()


def end_session(database, visitor):
    (key,) = (c["value"] for c in visitor.context.cookies() if c["name"] == "sessionid")
    with sqlite3.connect(database.removeprefix("sqlite:///")) as connection:
        connection.execute("DELETE FROM django_session WHERE session_key = ?", [key])


def test_a_host_that_switches_streams_off_is_left_alone_for_good(
    page, hasty, workflow, push, switched_off
):
    push(hasty, "Before")
    open_page(page, hasty, component(workflow))
    expect_task(page, "Before")
    switched_off()
    let_pass(page, 20, "connection", "Live updates are switched off")
    expect_task(page, "Before")
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.clock.run_for(120_000)
    page.evaluate("fetch('/inside/')")
    assert requests == [f"{hasty.url}/inside/"]
