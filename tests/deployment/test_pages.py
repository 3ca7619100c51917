"""Pages in a real browser: one that polls, one that follows, one behind a proxy that buffers."""

import pytest
from playwright.sync_api import expect

from tests.documented import blocks
from tests.factories import a_push

from .test_nginx import FORCED, with_line

PATH = "/api/projects/1/wizard/sessions/"
BEFORE = f"const sessions = '{PATH}'; window.shown = []; const show = (it) => shown.push(it);"
COMPONENT = f"""
    <wizard-session url="{PATH}" workflow="integration"></wizard-session>
    <script type="module" src="/static/wizard_sessions/wizard-session.js"></script>
"""


@pytest.fixture
def page(browser):
    with browser.new_context(ignore_https_errors=True, bypass_csp=True) as context:
        yield context.new_page()


def open_as_alice(page, example, url):
    cookies = example.log_in("alice").items()
    page.context.add_cookies([{"name": name, "value": it, "url": url} for name, it in cookies])
    page.goto(url + "/accounts/login/")


@pytest.mark.parametrize("script", blocks("polling", "Before and after"), ids=["polls", "follows"])
def test_a_page_is_shown_what_was_pushed(page, django, session_id, script):
    open_as_alice(page, django, django.url)
    page.add_script_tag(content=f"{{ {BEFORE} {script} }}")
    pushed = django.push(a_push(session_id, workflow_id="integration")).json()
    page.wait_for_function("id => shown.some((it) => it.session_id === id)", arg=session_id)
    shown = page.evaluate("id => shown.find((it) => it.session_id === id)", session_id)
    assert shown == pushed


def test_the_component_polls_where_a_proxy_holds_the_stream_back(page, behind, django, session_id):
    # Over HTTP/2, nginx passes on what it has.
    with behind("nginx", {" http2;": ";", **with_line(FORCED)}) as proxied:
        open_as_alice(page, django, proxied.url)
        page.set_content(COMPONENT)
        task = {"id": "0", "title": f"Polled {session_id}", "status": "in_progress"}
        push = a_push(session_id, workflow_id="integration", tasks=[task])
        django.push({**push, "started_at": "2026-11-25T00:00:00Z"}).raise_for_status()
        expect(page.locator("wizard-session")).to_contain_text(task["title"], timeout=10_000)
