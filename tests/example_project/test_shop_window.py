"""The demo's page, as its visitor sees it and presses its buttons."""

import re

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.example import free_port

from .demo import demo_at

FIRST_TASK = "Detect framework and package manager"
WIDTHS = (320, 768, 1440)


@pytest.fixture(scope="module")
def demo():
    with demo_at(free_port()) as demo:
        demo.printed("^(curl)")
        yield demo


@pytest.fixture
def window(visitor, demo):
    """The page, with all that is on it at work."""
    visitor.goto(demo.url)
    for tab in tabs(visitor):
        expect(tab.get_by_text("Live", exact=True)).to_be_visible()
    return visitor


def tabs(window):
    """The component in the page itself, and in the other tab."""
    return window.locator("wizard-session"), window.frame_locator("iframe").locator(
        "wizard-session"
    )


def press(window, button):
    window.get_by_role("button", name=button).click()


def expect_in_terminal(window, line):
    expect(window.locator("#terminal").get_by_text(line)).to_be_visible(timeout=15_000)


def expect_in_tabs(window, text):
    for tab in tabs(window):
        expect(tab.get_by_text(text).first).to_be_visible(timeout=15_000)


def test_whoever_opens_the_page_sees_a_run_begin(window, demo):
    press(window, "Stop the wizard")
    expect_in_terminal(window, "✖ The wizard was stopped")

    window.goto(demo.url)
    expect_in_terminal(window, f"◐ {FIRST_TASK}")
    expect_in_tabs(window, FIRST_TASK)


def test_a_new_run_takes_the_place_of_the_one_before(window):
    press(window, "Run one that fails")
    expect_in_terminal(window, f"✔ {FIRST_TASK}")
    press(window, "Run one that succeeds")
    expect(window.locator("#terminal span")).to_have_text(["$ npx wizard"])
    lines = ["$ npx wizard", f"◐ {FIRST_TASK}", f"✔ {FIRST_TASK}", "◐ Install posthog-js"]
    expect(window.locator("#terminal span")).to_have_text(lines)
    expect_in_tabs(window, "1 of 8 tasks done")


def test_a_run_that_fails_says_why_in_the_terminal_and_in_both_tabs(window):
    press(window, "Run one that fails")
    expect_in_terminal(window, "✖ The build failed:")
    expect_in_tabs(window, "Cannot find name 'posthog'")


def test_a_wizard_that_was_stopped_is_told_stalled(window):
    press(window, "Run one that succeeds")
    expect_in_tabs(window, "1 of 8 tasks done")
    press(window, "Stop the wizard")
    expect_in_terminal(window, "✖ The wizard was stopped")
    expect_in_tabs(window, "Stalled")


def test_a_connection_that_was_cut_is_told_and_comes_back_with_all_that_was_missed(window):
    press(window, "Run one that succeeds")
    expect_in_tabs(window, "0 of 3 tasks done")
    press(window, "Cut the connection")
    expect_in_tabs(window, "Connection lost, trying again")
    expect_in_terminal(window, "✔ Create instrumentation-client.ts")
    expect_in_tabs(window, "Live")
    expect_in_tabs(window, re.compile("[3-8] of 8 tasks done"))


def test_the_visitor_can_copy_the_lines_that_embed_the_component(window):
    window.context.grant_permissions(["clipboard-read", "clipboard-write"])
    press(window, "Copy")
    expect(window.get_by_role("button", name="Copied")).to_be_visible()
    copied = window.evaluate("navigator.clipboard.readText()")
    workflow = tabs(window)[0].get_attribute("workflow")
    assert f'workflow="{workflow}"' in copied


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_meets_the_rules_of_accessibility(window, scheme):
    window.emulate_media(color_scheme=scheme)
    # Without loading styles once more, to which end it would write into the page what is forbidden.
    results = Axe().run(window, options={"preload": False})
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_fits_its_window(window, width):
    window.set_viewport_size({"width": width, "height": 800})
    assert window.evaluate("document.documentElement.scrollWidth") == width


def test_the_buttons_are_for_those_who_are_logged_in(demo):
    with httpx.Client(base_url=demo.url) as stranger:
        stranger.get("/accounts/login/")
        headers = {"X-CSRFToken": stranger.cookies["csrftoken"], "Referer": demo.url}
        for path in ("/terminal/succeed/", "/terminal/fail/", "/terminal/stop/", "/cut/"):
            answer = stranger.post(path, headers=headers)
            assert answer.status_code == 302
            assert answer.headers["Location"].startswith("/accounts/login/")


def test_the_buttons_ask_for_the_token_of_their_page(demo):
    with httpx.Client(base_url=demo.url) as visitor:
        visitor.get("/")
        assert visitor.get("/terminal/stop/").status_code == 405
        assert visitor.post("/terminal/stop/").status_code == 403
