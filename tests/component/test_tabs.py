"""All components and tabs share one stream: as the server counts, and a visitor sees."""

import pytest
from playwright.sync_api import expect

from tests.factories import a_push

from .pages import answered, component, expect_connection, open_page, part


@pytest.fixture
def open_tab(alice, host, workflow):
    """Opens another tab of the same browser, which shows the workflow."""

    def open_tab():
        tab = alice.context.new_page()
        open_page(tab, host, component(workflow))
        expect_connection(tab, "Live")
        return tab

    return open_tab


@pytest.fixture
def push(host, workflow):
    def push(phase):
        host.push(a_push(workflow, workflow_id=workflow, run_phase=phase)).raise_for_status()

    return push


def test_two_tabs_follow_by_one_stream(open_tab, push, streams):
    tabs = [open_tab(), open_tab()]
    streams(1)
    for phase, words in [("running", "Running"), ("completed", "Completed")]:
        push(phase)
        for tab in tabs:
            expect(part(tab, "phase")).to_have_text(words)
    streams(1)


def test_a_tab_that_comes_later_has_the_server_asked_only_whether_it_may_see(
    alice, open_tab, push, streams
):
    push("running")
    open_tab()
    streams(1)
    requests = []
    alice.context.on("request", lambda request: requests.append((request.method, request.url)))
    expect(part(open_tab(), "phase")).to_have_text("Running")
    assert [method for method, url in requests if "/sessions/" in url] == ["HEAD"]
    streams(1)


def test_a_tab_of_another_user_is_shown_nothing_of_the_first_one(alice, host, workflow, push):
    alice.expected_error = answered(403)
    open_page(alice, host, component(workflow))
    push("running")
    expect(part(alice, "phase")).to_have_text("Running")
    # As the server answers whoever may not see the project; the stream of before goes on.
    alice.context.route("**/sessions/**", lambda route: route.fulfill(status=403))
    with alice.context.new_page() as tab:
        open_page(tab, host, component(workflow))
        for page in (tab, alice):
            expect_connection(page, "You no longer have access")
        expect(part(tab, "run")).to_be_hidden()


def test_when_the_tab_with_the_stream_is_closed_another_has_one(open_tab, push, streams):
    first, second = open_tab(), open_tab()
    first.close()
    push("running")
    expect(part(second, "phase")).to_have_text("Running")
    streams(1)


def test_when_the_tab_with_the_stream_goes_elsewhere_another_has_one(open_tab, push, streams):
    first, second = open_tab(), open_tab()
    first.goto("about:blank")
    push("running")
    expect(part(second, "phase")).to_have_text("Running")
    first.go_back()
    expect(part(first, "phase")).to_have_text("Running")
    push("completed")
    for tab in (first, second):
        expect(part(tab, "phase")).to_have_text("Completed")
    streams(1)


def test_components_on_a_page_that_show_the_same_share_a_stream(
    alice, host, workflow, push, streams
):
    open_page(alice, host, component(workflow), component(workflow))
    expect(part(alice, "connection")).to_have_text(["Live", "Live"])
    push("running")
    expect(part(alice, "phase")).to_have_text(["Running", "Running"])
    streams(1)
    alice.locator("wizard-session").first.evaluate("element => element.remove()")
    push("completed")
    expect(part(alice, "phase")).to_have_text(["Completed"])
    streams(1)


def test_each_workflow_has_a_stream_of_its_own(alice, host, workflow, streams):
    open_page(alice, host, component(workflow), component("another"))
    expect(part(alice, "connection")).to_have_text(["Live", "Live"])
    streams(2)
