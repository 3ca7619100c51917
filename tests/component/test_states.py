"""What is said in each state of a run, and of the connection."""

from playwright.sync_api import expect

from tests.client.scripted import a_silent_stream, answering
from tests.factories import a_push

from .pages import answered, component, expect_connection, open_page, part, set_attribute
from .states import STARTED, STATES, pushes


def expect_statuses(visitor, *statuses):
    expect(part(visitor, "task-status")).to_have_text(statuses)


def test_before_the_first_push_nothing_has_run_yet(show):
    page = show("nothing")
    expect(page.get_by_text("Nothing has run yet")).to_be_visible()
    expect(part(page, "run")).to_be_hidden()
    expect(part(page, "runs")).to_be_hidden()


def test_a_run_that_has_not_begun_has_no_tasks_and_no_progress(show):
    page = show("idle")
    expect(part(page, "phase")).to_have_text("Waiting to start")
    expect(page.get_by_role("progressbar")).to_be_hidden()
    expect(part(page, "tasks")).to_be_hidden()


def test_a_running_run_names_what_is_going_on_and_how_far_it_is(show):
    page = show("running")
    expect(part(page, "phase")).to_have_text("Running")
    task = next(t for t in STATES["running"][-1]["tasks"] if t["status"] == "in_progress")
    expect(part(page, "now-title")).to_have_text(task["title"])
    expect(page.get_by_text("5 of 8 tasks done")).to_be_visible()
    bar = page.get_by_role("progressbar", name="5 of 8 tasks done")
    assert bar.evaluate("bar => bar.value / bar.max") == 5 / 8
    expect_statuses(page, *["done"] * 5, "in progress", "waiting", "waiting")


def test_a_completed_run_says_how_long_it_took(show):
    page = show("completed")
    expect(part(page, "phase")).to_have_text("Completed")
    expect(part(page, "took")).to_contain_text("took")
    expect(part(page, "now")).to_be_hidden()
    expect_statuses(page, *["done"] * 8)


def test_an_error_shows_its_message_with_line_breaks_and_the_task_that_was_not_finished(show):
    page = show("error")
    error = STATES["error"][-1]["error"]
    expect(part(page, "phase")).to_have_text("Ended in an error")
    expect(page.get_by_role("alert")).to_be_visible()
    assert part(page, "error-message").inner_text() == error["message"]
    expect_statuses(page, *["done"] * 6, "not finished", "waiting")


def test_what_else_an_error_holds_is_shown_on_demand(show):
    page = show("canceled")
    expect(part(page, "error-rest")).to_be_hidden()
    page.get_by_text("Details").click()
    assert part(page, "error-rest").inner_text() == ('{\n  "code": "E_NPM",\n  "attempts": 3\n}')


def test_failed_and_canceled_tasks_are_told_in_words(show):
    expect_statuses(show("canceled"), "done", "failed", "canceled", "waiting")


def test_the_planned_events_are_listed_on_demand(show):
    page = show("completed")
    events = STATES["completed"][-1]["event_plan"]["events"]
    expect(part(page, "events")).to_be_hidden()
    page.get_by_text(f"Planned events ({len(events)})").click()
    expect(part(page, "events").locator("dt")).to_have_text([e["name"] for e in events])
    expect(part(page, "events").locator("dd")).to_have_text([e["description"] for e in events])


def test_a_run_without_news_is_stalled_until_there_is_some(alice, hasty):
    (push,) = pushes("stalled")
    hasty.push(push)
    open_page(alice, hasty, component("stalled"))
    expect(part(alice, "phase")).to_have_text("Running")
    expect(part(alice, "phase")).to_have_text("Stalled: no news for a while")
    expect(part(alice, "took")).to_contain_text("no news for")
    expect_statuses(alice, "done", "not finished", "waiting")
    hasty.push(push)
    expect(part(alice, "phase")).to_have_text("Running")


def test_a_hundred_tasks_are_all_shown(show):
    page = show("hundred")
    expect(part(page, "task")).to_have_count(100)
    expect(page.get_by_text("1 of 100 tasks done")).to_be_visible()


def test_an_earlier_run_is_picked_from_the_list_and_left_again(show, host, workflow):
    earlier = a_push("earlier", workflow_id=workflow, run_phase="error", started_at=STARTED)
    host.push(earlier)
    host.push(a_push("newest", workflow_id=workflow, started_at="2026-11-24T03:00:00Z"))
    page = show(workflow)
    page.get_by_text("Recent runs").click()
    page.get_by_role("button", name="Ended in an error").click()
    expect(part(page, "phase")).to_have_text("Ended in an error")
    expect(page.get_by_text("This is an earlier run.")).to_be_visible()

    page.get_by_role("button", name="Show the newest").click()
    expect(part(page, "phase")).to_have_text("Running")
    expect(part(page, "earlier")).to_be_hidden()


def test_one_session_is_shown_whichever_is_the_newest(show, host, workflow):
    for session_id, hour in ("pinned", 1), ("newest", 2):
        started = f"2026-11-24T{hour:02}:00:00Z"
        host.push(a_push(session_id, workflow_id=workflow, started_at=started))
    page = show(workflow, session="pinned")
    expect(part(page, "phase")).to_have_text("Running")
    expect(part(page, "started")).to_have_attribute("datetime", "2026-11-24T01:00:00Z")
    expect(part(page, "earlier")).to_be_hidden()
    host.push(a_push("newest", workflow_id=workflow, run_phase="error"))
    host.push(a_push("pinned", workflow_id=workflow, run_phase="completed"))
    expect(part(page, "phase")).to_have_text("Completed")


def test_one_session_that_there_is_not_is_nothing_that_has_run(show):
    page = show("completed", session="another")
    page.expected_error = answered(404)
    expect(page.get_by_text("Nothing has run yet")).to_be_visible()


def test_one_session_that_cannot_be_had_just_now_is_not_nothing(alice, host, workflow):
    host.push(a_push("pinned", workflow_id=workflow))
    host.push(a_push("newest", workflow_id=workflow, started_at="2026-11-25T00:00:00Z"))
    alice.expected_error = answered(503)
    alice.route("**/pinned/", lambda route: route.fulfill(status=503))
    with alice.expect_response("**/pinned/"):
        open_page(alice, host, component(workflow, session="pinned"))
    expect_connection(alice, "Live")
    alice.evaluate("fetch('/inside/')")
    expect(alice.get_by_text("Nothing has run yet")).to_be_hidden()


def test_a_stream_that_begins_before_the_database_answers_does_not_say_that_nothing_has_run(
    alice, host, reach
):
    reach("completed")
    alice.expected_error = answered(503)
    with answering(a_silent_stream(b"event: ping\ndata:\n\n")) as (url, _):
        alice.route("**/stream/**", lambda route: route.continue_(url=url))
        alice.route("**/latest/**", lambda route: route.fulfill(status=503))
        open_page(alice, host, component("completed"))
        expect_connection(alice, "Live")
        alice.wait_for_timeout(400)
        expect(alice.get_by_text("Nothing has run yet")).to_be_hidden()
        alice.goto("about:blank")  # the stream has no end of its own


def test_only_the_runs_of_one_skill_are_shown(show, host, workflow):
    host.push(a_push("of-django", workflow_id=workflow, skill_id="django", run_phase="completed"))
    host.push(a_push("of-rails", workflow_id=workflow, skill_id="rails"))
    page = show(workflow, skill="django")
    expect(part(page, "phase")).to_have_text("Completed")
    page.get_by_text("Recent runs").click()
    expect(part(page, "run-skill")).to_have_text(["django"])


def test_it_may_poll_in_place_of_the_stream(alice, host, workflow):
    asked = []
    alice.on("request", lambda request: asked.append(request.url))
    open_page(alice, host, component(workflow, poll=1))
    expect_connection(alice, "Updated every few seconds")
    host.push(a_push(workflow, workflow_id=workflow))
    expect(part(alice, "phase")).to_have_text("Running")
    assert [url for url in asked if "/stream/" in url] == []


def test_who_is_not_logged_in_may_do_so(alice, host):
    alice.expected_error = answered(401)
    open_page(alice, host, component(""))
    alice.context.clear_cookies()
    set_attribute(alice, "workflow", "idle")
    expect_connection(alice, "You no longer have access")
    expect(alice.get_by_role("button", name="Log in again")).to_be_visible()


def test_a_project_of_others_is_no_place_of_the_visitor(alice, host):
    alice.expected_error = answered(404)
    open_page(alice, host, component("idle", url="/api/projects/2/wizard/sessions/"))
    expect_connection(alice, "You no longer have access")


def test_a_server_that_does_not_answer_is_a_connection_lost(alice, host):
    alice.expected_error = answered(502)
    open_page(alice, host, component("idle", url="/down/"))
    expect_connection(alice, "Connection lost, trying again")
