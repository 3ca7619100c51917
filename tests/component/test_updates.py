"""What becomes of a page while a run goes on."""

import pytest
from playwright.sync_api import expect

from tests.factories import a_push, recording

from .pages import part
from .states import a_run

# Notes what is changed in the component: once a frame, whatever the number of changes.
WATCH = """
    (component) => {
        window.changes = [];
        new MutationObserver((records) => window.changes.push(...records)).observe(
            component.shadowRoot,
            { attributes: true, characterData: true, childList: true, subtree: true },
        );
    }
"""


def changes_in(visitor, name):
    """How many elements of this part were changed, or put or taken away."""
    return visitor.evaluate(
        """(name) => new Set(window.changes
            .map(({ target }) => target.closest(`[part="${name}"]`))
            .filter(Boolean)).size""",
        name,
    )


@pytest.fixture
def push(host, workflow):
    """Pushes the next state of the workflow's one run."""

    def push(**changes):
        host.push(a_push(**{**changes, "session_id": workflow, "workflow_id": workflow}))

    return push


def focused(visitor):
    return visitor.evaluate("document.activeElement.shadowRoot?.activeElement?.textContent ?? ''")


def use(visitor, key, text):
    """What is found by this key, pressed again and again."""
    for _ in range(8):
        visitor.keyboard.press(key)
        if text in focused(visitor):
            return visitor.keyboard.press("Enter")
    raise AssertionError(f"{text} cannot be reached by {key}")


def test_tasks_tick_off_as_pushes_arrive(show, push, workflow):
    page = show(workflow)
    page.evaluate("window.isTheSame = true")
    for body in recording("nextjs_completed"):
        push(**body)
        done = sum(task["status"] == "completed" for task in body["tasks"])
        expect(part(page, "count")).to_have_text(f"{done} of {len(body['tasks'])} tasks done")
        expect(part(page, "task-title")).to_have_text([t["title"] for t in body["tasks"]])
    expect(part(page, "phase")).to_have_text("Completed")
    assert page.evaluate("window.isTheSame")


def test_the_time_of_the_task_in_progress_goes_on_by_itself(show, push, workflow):
    push(tasks=[{"id": "0", "title": "Wait", "status": "in_progress"}])
    page = show(workflow)
    for seconds in (1, 2):
        expect(part(page, "now-time")).to_have_text(f"{seconds} s")


def test_what_is_open_and_has_the_focus_stays_so(show, push, workflow):
    run = {"event_plan": {"events": [{"name": "signed up"}]}, "error": {"message": "No", "why": 7}}
    push(**run)
    page = show(workflow)
    for summary in ("Planned events (1)", "Details", "Recent runs"):
        page.get_by_text(summary).click()
    page.get_by_role("button", name="Running").focus()

    push(**run, run_phase="error")
    expect(part(page, "phase")).to_have_text("Ended in an error")
    for shown in ("signed up", '"why": 7'):
        expect(page.get_by_text(shown)).to_be_visible()
    expect(page.get_by_role("button", name="Ended in an error")).to_be_focused()


def test_the_focus_goes_with_the_run_when_a_newer_one_comes_first(show, push, host, workflow):
    push(run_phase="completed")
    page = show(workflow)
    page.get_by_text("Recent runs").click()
    page.get_by_role("button", name="Completed").focus()
    host.push(a_push("newer", workflow_id=workflow, started_at="2026-11-25T00:00:00Z"))
    expect(part(page, "run-choice")).to_have_count(2)
    expect(page.get_by_role("button", name="Completed")).to_be_focused()


def test_the_run_that_was_picked_stays_whichever_starts(show, push, host, workflow):
    push(run_phase="error")
    host.push(a_push("second", workflow_id=workflow, started_at="2026-11-25T00:00:00Z"))
    page = show(workflow)
    page.get_by_text("Recent runs").click()
    page.get_by_role("button", name="Ended in an error").click()
    host.push(a_push("third", workflow_id=workflow, started_at="2026-11-26T00:00:00Z"))
    expect(part(page, "run-choice")).to_have_count(3)
    expect(part(page, "phase")).to_have_text("Ended in an error")


def test_all_of_it_is_used_by_keys_alone(show, push, host, workflow):
    push(run_phase="error", error={"message": "No", "why": 7})
    host.push(a_push("newest", workflow_id=workflow, started_at="2026-11-25T00:00:00Z"))
    page = show(workflow)
    use(page, "Tab", "Recent runs")
    use(page, "Tab", "Ended in an error")
    expect(part(page, "phase")).to_have_text("Ended in an error")
    use(page, "Shift+Tab", "Details")
    expect(page.get_by_text('"why": 7')).to_be_visible()
    use(page, "Shift+Tab", "Show the newest")
    expect(part(page, "phase")).to_have_text("Running")
    assert focused(page) == "Running"  # the button that had the focus is gone


def test_a_frame_changes_no_more_than_what_it_changes(show, host, reach):
    page = show("hundred")
    page.locator("wizard-session").evaluate(WATCH)
    run = a_run(
        tasks=[
            {"id": str(n), "title": f"Task {n}", "status": "in_progress" if n > 1 else "completed"}
            for n in range(100)
        ]
    )
    host.push({**run, "workflow_id": "hundred", "session_id": "hundred-1"})
    expect(page.get_by_text("2 of 100 tasks done")).to_be_visible()
    assert changes_in(page, "task") == 1
    assert changes_in(page, "tasks") == 1
