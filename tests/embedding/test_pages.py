"""Pages of a host that embed the component, as a visitor sees them in a real browser."""

import itertools

import pytest
from playwright.sync_api import expect

from tests.component.states import STATES, pushes
from tests.documented import blocks
from tests.factories import a_push, a_task

# The elements that the server made of a run, and those that the script makes of it: without the
# texts that differ by the moment, and by where the visitor is.
COMPARE = """
    async (element) => {
        const html = await (await fetch(location)).text();
        const theirs = Document.parseHTMLUnsafe(html).querySelector("wizard-session");
        const tree = (node) => {
            if (node.nodeType === Node.TEXT_NODE) return node.data;
            const attributes = [...node.attributes]
                .filter(({ name }) => name !== "data-state")
                .map(({ name, value }) => `${name}=${value}`);
            const moving = ["connection", "started", "took", "now-time"];
            const still = !moving.includes(node.getAttribute("part"));
            const children = still ? [...node.childNodes].map(tree) : [];
            return [node.localName, attributes.sort(), children];
        };
        const card = (element) => tree(element.shadowRoot.querySelector("[part=card]"));
        return [card(theirs), card(element)];
    }
"""
MAKE = """
    (workflow) => {
        const element = document.createElement("wizard-session");
        element.setAttribute("url", "/api/projects/1/wizard/sessions/");
        element.setAttribute("workflow", workflow);
        document.querySelector("wizard-session").replaceWith(element);
    }
"""

_hours = itertools.count(1)


@pytest.fixture
def push(host):
    """A run that started later than those of the tests before."""
    hour = next(_hours)
    run = {"session_id": f"run-{hour}", "workflow_id": "integration"}
    run["started_at"] = f"2026-11-24T{hour:02}:00:00Z"

    def push(title, **changes):
        tasks = [a_task(title=title, status="in_progress")]
        answer = host.push(a_push(**{**run, "tasks": tasks, **changes}))
        assert answer.is_success
        return answer.json()

    return push


def test_fewer_than_five_lines_make_a_blank_page_live(visitor, host, log_in, lines, push):
    assert len(lines.splitlines()) < 5
    log_in(visitor.context)
    visitor.goto(f"{host.url}/blank/")
    expect(visitor.get_by_text("Live", exact=True)).to_be_visible()
    push("Pushed while the page was open")
    now = visitor.locator("wizard-session [part=now-title]")
    expect(now).to_have_text("Pushed while the page was open")


def test_the_page_shows_the_run_without_any_script(browser, host, log_in, push):
    push("Pushed before the page was opened")
    with browser.new_context(java_script_enabled=False) as context:
        log_in(context)
        page = context.new_page()
        page.goto(f"{host.url}/blank/")
        expect(page.get_by_text("Running")).to_be_visible()
        expect(page.get_by_text("0 of 1 tasks done")).to_be_visible()
        card = page.locator("[part=card]")
        assert card.evaluate("(card) => getComputedStyle(card).padding") == "24px"  # by the link


def test_the_words_are_changed_by_a_module_before_the_tag(visitor, host, log_in, push):
    push("Pushed before the page was opened")
    log_in(visitor.context)
    visitor.goto(f"{host.url}/documented/words/")
    expect(visitor.get_by_text("Verbunden")).to_be_visible()
    expect(visitor.get_by_text("Läuft")).to_be_visible()
    expect(visitor.get_by_text("0 von 1 Aufgaben fertig")).to_be_visible()
    expect(visitor.get_by_text("Setup wizard")).to_be_visible()  # the template's


def test_the_element_is_made_and_styled_by_hand(visitor, host, log_in):
    [style] = blocks("component", "What it looks like", "css")
    log_in(visitor.context)
    visitor.goto(f"{host.url}/documented/by-hand/")
    visitor.add_style_tag(content=style)
    expect(visitor.get_by_text("Live", exact=True)).to_be_visible()
    card = visitor.locator("wizard-session [part=card]")
    expect(card).to_have_css("border-radius", "0px")
    expect(visitor.locator("wizard-session [part=title]")).to_have_css("font-size", "20px")
    accent = card.evaluate(
        "(card) => getComputedStyle(card).getPropertyValue('--wizard-session-accent')"
    )
    assert accent == "rebeccapurple"


def test_a_session_is_followed_live_in_the_admin(visitor, host, log_in, push):
    visitor.route("**/favicon.ico", lambda route: route.fulfill())  # the admin has none
    session = push("Pushed before")
    log_in(visitor.context, "root")
    visitor.goto(f"{host.url}/admin/wizard_sessions/wizardsession/")
    visitor.get_by_role("link", name=session["session_id"], exact=True).click()
    now = visitor.locator("wizard-session [part=now-title]")
    expect(now).to_have_text("Pushed before")
    expect(visitor.get_by_text("Live", exact=True)).to_be_visible()
    push("Pushed meanwhile")
    expect(now).to_have_text("Pushed meanwhile")


@pytest.mark.parametrize("state", STATES)
def test_the_server_makes_the_same_elements_as_the_script(visitor, host, log_in, state):
    for body in pushes(state):
        host.push(body)
    log_in(visitor.context)
    visitor.route("**/favicon.ico", lambda route: route.fulfill())
    visitor.goto(f"{host.url}/states/{state}/")
    visitor.evaluate(MAKE, state)
    element = visitor.locator("wizard-session")
    expect(element.get_by_text("Live", exact=True)).to_be_visible()
    expect(element.locator("[part=card]:not([data-phase=unknown])")).to_be_visible()
    of_server, of_script = element.evaluate(COMPARE)
    assert of_server == of_script
