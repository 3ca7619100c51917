"""Tabs that nobody sees, and that the browser freezes."""

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser import watched, window
from tests.factories import a_push
from tests.live.inside import inside, wait_for

from .pages import component, expect_connection, open_page, part

# What a page waits for comes sooner, so that a test can wait for it too.
HURRY = """
    const set = window.setTimeout;
    window.setTimeout = (call, delay, ...rest) => set(call, delay / 10, ...rest);
"""
GRACE = 3  # seconds: what a hidden page has, in such a hurry


@pytest.fixture(scope="module")
def tabs(chromium, cookies, tmp_path_factory):
    with (
        sync_playwright() as playwright,
        window(playwright, chromium, tmp_path_factory.mktemp("window")) as tabs,
    ):
        tabs.add_cookies(cookies)
        tabs.add_init_script(HURRY)
        yield tabs


@pytest.fixture
def page(tabs, hasty, workflow, streams):
    with watched(tabs) as page:
        open_page(page, hasty, component(workflow))
        expect_connection(page, "Live")
        yield page
        for tab in tabs.pages[1:]:
            tab.close()
    streams(0)


@pytest.fixture
def streams(hasty):
    def streams(count, within=5):
        wait_for(lambda: inside(hasty)["streams"] == count, within)

    return streams


@pytest.fixture
def push(hasty, workflow):
    def push(phase):
        hasty.push(a_push(workflow, workflow_id=workflow, run_phase=phase)).raise_for_status()

    return push


def freeze(page):
    browser = page.context.new_cdp_session(page)
    browser.send("Page.setWebLifecycleState", {"state": "frozen"})
    return lambda: browser.send("Page.setWebLifecycleState", {"state": "active"})


def hide(page):
    """Behind another tab."""
    return page.context.new_page()


def test_a_page_that_is_hidden_for_long_lets_its_stream_go_until_it_is_seen(page, push, streams):
    streams(1)
    hide(page)
    streams(0, within=GRACE + 3)
    push("completed")
    page.bring_to_front()
    expect(part(page, "phase")).to_have_text("Completed")
    streams(1)


def test_a_page_that_is_hidden_for_a_moment_follows_on(page, push, streams):
    hide(page)
    push("completed")
    expect(part(page, "phase")).to_have_text("Completed")
    page.bring_to_front()
    streams(1)


def test_a_page_that_was_frozen_shows_what_it_missed(page, push):
    hide(page)
    thaw = freeze(page)
    push("completed")
    thaw()
    page.bring_to_front()
    expect(part(page, "phase")).to_have_text("Completed")


def test_a_tab_takes_the_stream_over_from_one_that_is_frozen(page, hasty, workflow, push, streams):
    other = page.context.new_page()
    thaw = freeze(page)
    open_page(other, hasty, component(workflow))
    push("running")
    expect(part(other, "phase")).to_have_text("Running", timeout=10_000)
    thaw()
    page.bring_to_front()
    push("completed")
    for tab in (page, other):
        expect(part(tab, "phase")).to_have_text("Completed")
    streams(1)
