"""What a wizard pushed is text, whatever it looks like."""

import pytest
from playwright.sync_api import expect

from tests.factories import a_push

from .pages import part
from .states import HOSTILE, STATES, a_run

RUN = STATES["hostile"][-1]


def test_a_hostile_push_is_shown_as_text(show):
    page = show("hostile")
    for summary in ("Planned events (1)", "Details"):
        page.get_by_text(summary, exact=True).click()
    for place in ("task-title", "error-message", "error-rest", "events"):
        expect(part(page, place).first).to_contain_text(HOSTILE.replace('"', "")[:9])
    titles = [task["title"] for task in RUN["tasks"]]
    assert part(page, "task-title").evaluate_all("all => all.map(e => e.textContent)") == titles
    assert part(page, "error-message").evaluate("e => e.textContent") == RUN["error"]["message"]
    expect(page.locator("img, b, script:not([src])")).to_have_count(0)
    expect(page).to_have_title("The host's page")


@pytest.mark.parametrize("place", ["skill", "session"])
def test_a_hostile_name_of_a_run_is_shown_as_text(show, host, workflow, place):
    names = {"skill": {"skill_id": HOSTILE}, "session": {"session_id": HOSTILE.replace("/", "")}}
    host.push(a_push(**{**names[place], "workflow_id": workflow})).raise_for_status()
    page = show(workflow)
    page.get_by_text("Recent runs").click()
    page.get_by_role("button", name="Running").click()
    expect(part(page, "run-choice")).to_have_attribute("aria-current", "true")
    expect(page.locator("img, b")).to_have_count(0)
    expect(page).to_have_title("The host's page")


@pytest.mark.parametrize("override", ["\u202e", "\u2067", "\u202b", "\u202e" * 80], ids=ascii)
def test_an_override_of_direction_turns_nothing_around_it(show, host, workflow, override):
    title = f"{override}a title"
    run = a_run(tasks=[{"id": "0", "title": title, "status": "in_progress"}], skill_id=title)
    host.push({**run, "session_id": workflow, "workflow_id": workflow}).raise_for_status()
    page = show(workflow)
    page.get_by_text("Recent runs").click()

    def edges(name):
        box = part(page, name).bounding_box()
        assert box
        return box["x"], box["x"] + box["width"]

    assert edges("now-title")[1] <= edges("now-time")[0]
    assert edges("task-title")[1] <= edges("task-status")[0]
    assert edges("run-phase")[1] <= edges("run-started")[0]
    assert part(page, "task-status").inner_text() == "in progress"


# Where each letter is: words that are turned have theirs from right to left.
LETTERS = """
    ({ firstChild: text }) => [...text.data].map((_, at) => {
        const range = document.createRange();
        range.setStart(text, at);
        range.setEnd(text, at + 1);
        return range.getBoundingClientRect().x;
    })
"""


def test_an_override_is_over_where_the_text_is(show, host, workflow):
    error = {"message": "\u202eabc", "why": 1}
    run = a_run(tasks=[{"id": "0", "title": "\u202eabc", "status": "pending"}], error=error)
    host.push({**run, "session_id": workflow, "workflow_id": workflow}).raise_for_status()
    page = show(workflow)
    for name in ("error-title", "task-status", "count"):
        places = part(page, name).evaluate(LETTERS)
        assert places == sorted(places)


def test_words_are_read_in_their_own_direction(show, host, workflow):
    words = "שלום (Django)"
    tasks = [{"id": "0", "title": words, "status": "in_progress"}]
    run = a_run(tasks=tasks, error={"message": words})
    host.push({**run, "session_id": workflow, "workflow_id": workflow}).raise_for_status()
    page = show(workflow)
    for name in ("now-title", "task-title", "error-message"):
        places = part(page, name).evaluate(LETTERS)
        assert places[0] > places[6]  # the first letter is at the right of the D
