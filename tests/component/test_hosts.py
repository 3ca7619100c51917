"""What a host's page does with the component, and hears of it."""

import pytest
from playwright.sync_api import expect

from tests.factories import a_push

from .pages import SESSIONS, answered, component, expect_connection, open_page, part, set_attribute

LISTEN = """
    window.heard = [];
    for (const name of ["update", "end", "error"])
        document.addEventListener(`wizard-session:${name}`, ({ target, detail }) =>
            window.heard.push([name, target.localName, detail.run_phase ?? detail.state]));
"""


def heard(visitor):
    return visitor.evaluate("window.heard")


def test_the_document_hears_of_each_state_and_of_the_end(alice, host, workflow):
    alice.add_init_script(LISTEN)
    open_page(alice, host, component(workflow))
    expect_connection(alice, "Live")
    for phase, words in [("running", "Running"), ("error", "Ended in an error")]:
        host.push(a_push(workflow, workflow_id=workflow, run_phase=phase))
        expect(part(alice, "phase")).to_have_text(words)
    assert heard(alice) == [
        ["update", "wizard-session", "running"],
        ["update", "wizard-session", "error"],
        ["end", "wizard-session", "error"],
    ]


def test_a_run_that_is_pushed_again_after_its_end_ends_but_once(alice, host, workflow):
    alice.add_init_script(LISTEN)
    open_page(alice, host, component(workflow))
    expect_connection(alice, "Live")
    for phase, message in [("running", ""), ("error", "First"), ("error", "Corrected")]:
        push = a_push(workflow, workflow_id=workflow, run_phase=phase, error={"message": message})
        host.push(push)
        expect(part(alice, "error-message")).to_contain_text(message or "no message")
    assert [name for name, *_ in heard(alice)] == ["update", "update", "end", "update"]


def test_a_run_that_had_ended_before_ends_for_nobody_again(alice, host, reach):
    reach("completed")
    alice.add_init_script(LISTEN)
    open_page(alice, host, component("completed"))
    expect(part(alice, "phase")).to_have_text("Completed")
    assert heard(alice) == [["update", "wizard-session", "completed"]]


def test_the_document_hears_of_trouble(alice, host):
    alice.expected_error = answered(502)
    alice.add_init_script(LISTEN)
    open_page(alice, host, component("idle", url="/down/"))
    expect_connection(alice, "Connection lost, trying again")
    assert heard(alice) == [["error", "wizard-session", "lost"]]


def test_another_workflow_is_followed_in_the_place_of_the_first(show, reach, streams):
    page = show("completed")
    page.get_by_text("Recent runs").click()
    expect(page.get_by_role("button", name="Completed")).to_be_visible()
    reach("error")
    set_attribute(page, "workflow", "error")
    expect(part(page, "phase")).to_have_text("Ended in an error")
    page.get_by_text("Recent runs").click()
    expect(page.get_by_role("button", name="Ended in an error")).to_be_visible()
    streams(1)


def test_nothing_of_the_first_workflow_is_shown_for_another(show):
    page = show("completed")
    set_attribute(page, "workflow", "nothing")
    expect(page.get_by_text("Nothing has run yet")).to_be_visible()
    expect(part(page, "run")).to_be_hidden()
    expect(part(page, "runs")).to_be_hidden()


def test_nothing_of_the_first_workflow_is_shown_where_no_server_answers(show):
    page = show("completed")
    page.expected_error = answered(502)
    set_attribute(page, "url", "/down/")
    expect_connection(page, "Connection lost, trying again")
    expect(part(page, "run")).to_be_hidden()


def test_an_attribute_that_is_set_to_what_it_is_disturbs_nothing(show):
    page = show("completed")
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    set_attribute(page, "workflow", "completed")
    page.evaluate("() => new Promise(requestAnimationFrame)")
    assert requests == []


def test_what_is_removed_lets_its_stream_go_and_opens_it_when_it_is_back(show, streams):
    page = show("completed")
    streams(1)
    page.evaluate("window.removed = document.querySelector('wizard-session'); removed.remove()")
    streams(0)
    page.evaluate("document.querySelector('main').append(removed)")
    streams(1)
    expect(part(page, "phase")).to_have_text("Completed")


def test_what_is_moved_still_shows_each_push_once(show, host, workflow, streams):
    page = show(workflow)
    page.evaluate(LISTEN)
    page.evaluate("document.body.append(document.querySelector('wizard-session'))")
    expect_connection(page, "Live")
    streams(1)
    host.push(a_push(workflow, workflow_id=workflow))
    expect(part(page, "phase")).to_have_text("Running")
    assert len(heard(page)) == 1


def test_what_is_moved_still_shows_the_run_that_was_picked(show, host, workflow):
    host.push(a_push("first", workflow_id=workflow, run_phase="error"))
    host.push(a_push("second", workflow_id=workflow, started_at="2026-11-25T00:00:00Z"))
    page = show(workflow)
    page.get_by_text("Recent runs").click()
    page.get_by_role("button", name="Ended in an error").click()
    page.evaluate("document.body.append(document.querySelector('wizard-session'))")
    expect_connection(page, "Live")
    expect(part(page, "phase")).to_have_text("Ended in an error")
    page.get_by_role("button", name="Running").click()
    expect(part(page, "phase")).to_have_text("Running")


def test_what_is_set_while_it_is_out_of_the_page_holds_when_it_is_back(show):
    page = show("completed")
    page.expected_error = answered(502)
    page.evaluate(
        """() => {
            const component = document.querySelector("wizard-session");
            component.remove();
            component.setAttribute("url", "/down/");
            document.body.append(component);
        }"""
    )
    expect_connection(page, "Connection lost, trying again")
    expect(part(page, "run")).to_be_hidden()


def test_many_on_a_page_each_show_their_own(alice, host, reach):
    states = {"idle": "Waiting to start", "completed": "Completed", "error": "Ended in an error"}
    for state in states:
        reach(state)
    open_page(alice, host, *map(component, states))
    expect(part(alice, "phase")).to_have_text(list(states.values()))


def test_what_a_script_makes_is_like_what_the_page_has(alice, host, reach):
    reach("completed")
    open_page(alice, host)
    alice.evaluate(
        """async (url) => {
            await customElements.whenDefined("wizard-session");
            const made = document.createElement("wizard-session");
            made.setAttribute("url", url);
            made.setAttribute("workflow", "completed");
            document.querySelector("main").append(made);
        }""",
        host.sessions.removeprefix(host.url),
    )
    expect(part(alice, "phase")).to_have_text("Completed")


def test_a_module_of_the_host_may_change_the_words(alice, host, reach):
    reach("completed")
    module = """
        import { words } from "/static/wizard_sessions/wizard-session.js";
        words.title = "Einrichtung";
        words.phase.completed = "Fertig";
        words.count = (done, all) => `${done} von ${all}`;
    """
    open_page(alice, host, component("completed"), module=module)
    expect(part(alice, "title")).to_have_text("Einrichtung")
    expect(part(alice, "phase")).to_have_text("Fertig")
    expect(part(alice, "count")).to_have_text("8 von 8")


def test_a_page_that_comes_by_a_second_release_of_the_module_keeps_the_first(show):
    page = show("completed")
    page.evaluate("import('/static/wizard_sessions/wizard-session.js?release=2')")
    expect(part(page, "phase")).to_have_text("Completed")


def test_the_url_may_lack_its_last_slash(show):
    page = show("completed", url=SESSIONS.removesuffix("/"))
    page.get_by_text("Recent runs").click()
    expect(page.get_by_role("button", name="Completed")).to_be_visible()


def test_a_stylesheet_of_the_host_changes_colours_and_parts(alice, host, reach):
    reach("completed")
    style = """
        wizard-session { --wizard-session-good: rgb(1, 2, 3); }
        wizard-session::part(count) { text-transform: uppercase; }
    """
    open_page(alice, host, component("completed"), style=style)
    expect(part(alice, "phase")).to_have_css("color", "rgb(1, 2, 3)")
    expect(part(alice, "count")).to_have_css("text-transform", "uppercase")


def test_the_host_has_its_own_title_and_its_own_words_for_nothing(alice, host):
    slots = '<b slot="title">My title</b><a slot="empty" href="/start/">Start it</a>'
    open_page(alice, host, component("nothing").replace("><", f">{slots}<"))
    expect(alice.get_by_text("My title")).to_be_visible()
    expect(alice.get_by_role("link", name="Start it")).to_be_visible()
    expect(alice.get_by_text("Nothing has run yet")).to_be_hidden()


@pytest.mark.parametrize(("scheme", "background"), [("light", 255), ("dark", 23)])
def test_it_follows_the_color_scheme_of_the_page(show, scheme, background):
    page = show("completed")
    page.emulate_media(color_scheme=scheme)
    colour = part(page, "card").evaluate("card => getComputedStyle(card).backgroundColor")
    assert colour.startswith(f"rgb({background},")
