"""The example's page, as a visitor sees it in a real browser."""

import json
import subprocess
from contextlib import contextmanager

import httpx
import pytest
from playwright.sync_api import expect

from tests.example import ROOT, running
from tests.factories import a_push, a_task, recording

# Notes all that an element says from now on.
RECORD = """
    (element) => {
        window.recorded = [];
        new MutationObserver(() => window.recorded.push(element.textContent))
            .observe(element, { childList: true, characterData: true, subtree: true });
    }
"""
HOSTILE = "<img src=x onerror=\"document.title='hacked'\"></script><b>bold</b>"


@pytest.fixture(scope="module")
def open_as(example):
    """Opens the page for a user whom the log-in form let in before. It did so but once."""
    cookies = {username: example.log_in(username) for username in ("alice", "bob")}

    def open_as(username, page, example=example):
        page.context.add_cookies(
            [
                {"name": name, "value": value, "url": example.url}
                for name, value in cookies[username].items()
            ]
        )
        page.goto(example.url)

    return open_as


@pytest.fixture
def alice(visitor, open_as):
    """Alice's page, with its stream open."""
    open_as("alice", visitor)
    expect(visitor.locator("#connection")).to_have_text("live")
    return visitor


@pytest.fixture(params=["by the server", "by the script"])
def show(request, browser, example, open_as):
    """Shows a push to Alice: rendered by the server alone, or by the script of an open page."""
    by_script = request.param == "by the script"
    with browser.new_context(java_script_enabled=by_script) as context:
        page = context.new_page()

        def show(body):
            if by_script:
                example.push(a_push(body["session_id"], started_at=body["started_at"]))
                open_as("alice", page)
                expect(page.locator("#connection")).to_have_text("live")
            example.push(body).raise_for_status()
            if not by_script:
                open_as("alice", page)
            return page

        yield show


@contextmanager
def not_reloaded(visitor):
    visitor.evaluate("window.isTheSame = true")
    yield
    assert visitor.evaluate("window.isTheSame")


def expect_tasks(visitor, tasks):
    expect(visitor.locator("#tasks span")).to_have_text([task["title"] for task in tasks])
    expect(visitor.locator("#tasks small")).to_have_text(
        [task["status"].replace("_", " ") for task in tasks]
    )


@pytest.fixture(scope="module")
def demo(env, tmp_path_factory):
    """The example in its demo mode. Here, a run is stale after one second."""
    settings = {"STALE_AFTER": 1, "STREAM_RECONCILE_INTERVAL": 0.5}
    env = {**env, "EXAMPLE_DEMO": "1", "EXAMPLE_WIZARD_SESSIONS": json.dumps(settings)}
    with running(env, tmp_path_factory.mktemp("demo")) as example:
        yield example


@contextmanager
def restarted(example):
    """The server that was killed, started again at the same port."""
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(example.process.args, cwd=ROOT, env=example.env, **silent) as process:
        try:
            wait_until_it_answers(example)
            yield
        finally:
            process.kill()


def wait_until_it_answers(example):
    with httpx.Client(transport=httpx.HTTPTransport(retries=8)) as client:  # for 30 seconds
        client.get(example.url)


def test_the_page_requires_a_login(visitor, example):
    visitor.goto(example.url)
    expect(visitor).to_have_url(f"{example.url}/accounts/login/?next=/")

    visitor.get_by_label("Username").fill("alice")
    visitor.get_by_label("Password").fill("alice")
    visitor.get_by_role("button", name="Log in").click()
    expect(visitor).to_have_url(f"{example.url}/")
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Alice's shop")
    expect(visitor.get_by_text("Demo:")).to_have_count(0)

    visitor.get_by_role("button", name="Log out").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Log in")


def test_the_login_form_says_that_a_password_is_wrong(visitor, example):
    visitor.goto(example.url)
    visitor.get_by_label("Username").fill("alice")
    visitor.get_by_label("Password").fill("wrong")
    visitor.get_by_role("button", name="Log in").click()
    expect(visitor.get_by_text("Please enter a correct username and password")).to_be_visible()


def test_before_the_first_push_nothing_has_run_yet(visitor, open_as):
    open_as("bob", visitor)
    expect(visitor.get_by_text("Nothing has run yet")).to_be_visible()
    expect(visitor.locator("#run")).to_be_hidden()


def test_tasks_tick_off_as_pushes_arrive(alice, example, snapshot):
    with not_reloaded(alice):
        for body in recording("nextjs_completed"):
            example.push(snapshot(**body))
            expect_tasks(alice, body["tasks"])
    expect(alice.locator("#phase")).to_have_text("Completed")
    expect(alice.get_by_text("8 of 8 tasks completed")).to_be_visible()
    expect(alice).to_have_title("Completed · Alice's shop")


def test_every_status_of_a_task_is_told_in_words(show, snapshot):
    statuses = ("pending", "in_progress", "completed", "failed", "canceled")
    tasks = [a_task(id=status, title=status, status=status) for status in statuses]
    page = show(snapshot(tasks=tasks))
    expect_tasks(page, tasks)
    expect(page.get_by_text("1 of 5 tasks completed")).to_be_visible()


def test_an_error_can_be_read_with_its_line_breaks(show, snapshot):
    body = recording("nextjs_error")[-1]
    page = show(snapshot(**body))
    expect(page.locator("#phase")).to_have_text("Ended in an error")
    expect(page.get_by_role("alert")).to_be_visible()
    assert page.locator("#error").inner_text() == body["error"]["message"]


def test_an_error_without_a_message_is_shown_whole(show, snapshot):
    page = show(snapshot(run_phase="error", error={"code": 7, "why": "größer"}))
    expect(page.locator("#error")).to_have_text('{ "code": 7, "why": "größer" }')


def test_the_planned_events_are_listed(show, snapshot):
    plan = recording("nextjs_completed")[-1]["event_plan"]
    page = show(snapshot(event_plan=plan))
    expect(page.locator("#events dt")).to_have_text([event["name"] for event in plan["events"]])
    expect(page.locator("#events dd")).to_have_text(
        [event["description"] for event in plan["events"]]
    )


@pytest.mark.parametrize(
    "events", [7, [None, "one", 2], [{"name": None}, {"name": ""}, {"name": 5}, {}]]
)
def test_a_plan_of_another_form_is_left_out(show, snapshot, events):
    page = show(snapshot(run_phase="completed", event_plan={"events": events}))
    expect(page.locator("#phase")).to_have_text("Completed")
    expect(page.locator("#plan")).to_be_hidden()


def test_a_hostile_push_is_shown_as_text(show, snapshot):
    page = show(
        snapshot(
            skill_id=HOSTILE,
            tasks=[a_task(title=HOSTILE)],
            error={"message": HOSTILE},
            event_plan={"events": [{"name": HOSTILE, "description": HOSTILE}]},
        )
    )
    for place in ("#skill", "#tasks span", "#error", "#events dt", "#events dd"):
        expect(page.locator(place)).to_have_text(HOSTILE)
    expect(page.locator("img, b")).to_have_count(0)
    expect(page).to_have_title("Running · Alice's shop")


def test_a_late_push_of_an_earlier_run_does_not_take_the_page_over(alice, example, snapshot):
    example.push(snapshot(run_phase="idle"))
    expect(alice.locator("#phase")).to_have_text("Waiting to start")
    alice.locator("#phase").evaluate(RECORD)
    example.push(a_push("earlier", started_at="2020-01-01T00:00:00Z", run_phase="completed"))
    example.push(snapshot(run_phase="running"))
    expect(alice.locator("#phase")).to_have_text("Running")
    assert alice.evaluate("window.recorded") == ["Running"]


def test_the_demo_says_that_it_logged_its_visitor_in(visitor, demo):
    visitor.goto(demo.url)
    expect(visitor.get_by_text("You were logged in as alice.")).to_be_visible()
    expect(visitor.locator("#connection")).to_have_text("live")


def test_a_run_without_news_is_shown_as_stalled(visitor, demo, snapshot):
    demo.push(snapshot())
    visitor.goto(demo.url)
    with not_reloaded(visitor):
        expect(visitor.locator("#phase")).to_have_text("Running")
        expect(visitor.locator("#phase")).to_contain_text("Stalled")
        demo.push(snapshot())
        expect(visitor.locator("#phase")).to_have_text("Running")


def test_a_stream_that_the_server_ends_is_opened_again_without_alarm(
    visitor, open_as, env, tmp_path, snapshot
):
    env = {**env, "EXAMPLE_WIZARD_SESSIONS": '{"STREAM_MAX_DURATION": 1}'}
    with running(env, tmp_path) as example:
        open_as("alice", visitor, example)
        expect(visitor.locator("#connection")).to_have_text("live")
        visitor.locator("#connection").evaluate(RECORD)
        with visitor.expect_request("**/stream/**"):
            pass
        example.push(snapshot(tasks=[a_task(title="After the end")]))
        expect(visitor.get_by_text("After the end")).to_be_visible()
        assert visitor.evaluate("window.recorded") == []
        visitor.goto("about:blank")  # the page would report that its server went


def test_the_page_reconnects_to_a_restarted_server_and_shows_the_newest_state(
    visitor, open_as, env, tmp_path, snapshot
):
    with running(env, tmp_path) as example:
        example.push(snapshot(tasks=[a_task(title="Before")]))
        open_as("alice", visitor, example)
        expect(visitor.locator("#connection")).to_have_text("live")
        visitor.evaluate("window.isTheSame = true")
        example.process.kill()
        expect(visitor.locator("#connection")).to_have_text("connection lost, trying again")
        with restarted(example):
            example.push(snapshot(tasks=[a_task(title="While nobody watched")]))
            expect(visitor.locator("#connection")).to_have_text("live")
            expect(visitor.get_by_text("While nobody watched")).to_be_visible()
            assert visitor.evaluate("window.isTheSame")
            visitor.goto("about:blank")
    visitor.console_errors.clear()  # the browser reports each failed attempt
