"""For those who see little, or nothing, or cannot bear what moves."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect

from .pages import part
from .states import STATES

EVERY_STATE = [*STATES, "earlier", "polling", "lost", "refused", "off"]


# Of axe, which copies the style sheets that are linked.
OF_AXE = "Applying inline style violates .*"


def violations(page):
    """What axe finds in the component; the page around it is the host's."""
    page.expected_error = f"{page.expected_error}|{OF_AXE}"
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate("axe.run('wizard-session')")["violations"]
    return [(rule["id"], node["html"]) for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize("state", EVERY_STATE)
def test_axe_finds_nothing_in_light_nor_dark(show_all_of, state):
    page = show_all_of(state)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == []


def test_axe_would_find_something(show):
    page = show("idle")
    part(page, "phase").evaluate("phase => { phase.style.color = 'silver'; }")
    assert [rule for rule, _ in violations(page)] == ["color-contrast"]


def test_the_card_is_a_region_with_the_title_as_its_name(show):
    expect(show("running").get_by_role("region", name="Setup wizard")).to_be_visible()


def test_what_changes_is_announced_but_not_every_second_of_it(show):
    page = show("running")
    for name in ("connection", "phase"):
        expect(part(page, name)).to_have_role("status")
    assert page.locator("[role=status] [part=now-time], [aria-live] [part=took]").count() == 0


@pytest.mark.parametrize(("motion", "moving"), [("no-preference", True), ("reduce", False)])
def test_nothing_moves_for_who_cannot_bear_it(show, motion, moving):
    page = show("running")
    page.emulate_media(reduced_motion=motion)
    running = page.evaluate(
        "document.querySelector('wizard-session').shadowRoot.getAnimations().length > 0"
    )
    assert running == moving


@pytest.mark.parametrize("state", ["running", "error"])
def test_forced_colours_leave_the_marks_and_the_bar_to_be_seen(show, state):
    page = show(state)
    page.emulate_media(forced_colors="active")
    background = part(page, "card").evaluate("card => getComputedStyle(card).backgroundColor")
    marks = part(page, "task").evaluate_all(
        "all => all.map(task => getComputedStyle(task, '::before').borderTopColor)"
    )
    assert background not in marks
    expect(part(page, "bar")).to_have_css("appearance", "auto")


def test_the_status_of_a_task_needs_no_colour(show):
    page = show("canceled")
    marks = part(page, "task").evaluate_all(
        "all => all.map(task => getComputedStyle(task, '::before').content)"
    )
    assert len(set(marks)) == 4
