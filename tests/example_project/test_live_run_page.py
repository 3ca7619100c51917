"""The example's own page, as a visitor sees it who is not in the demo."""

import httpx
import pytest
from playwright.sync_api import expect

from tests.example import manage
from tests.factories import a_push, a_task

CREATE_CAROL = """
from django.contrib.auth.models import User
User.objects.create_user("carol", password="carol")
"""


@pytest.fixture
def log_in(visitor, example):
    def log_in(username, password=None):
        visitor.goto(example.url)
        visitor.get_by_label("Username").fill(username)
        visitor.get_by_label("Password").fill(password or username)
        visitor.get_by_role("button", name="Log in").click()

    return log_in


def test_the_page_requires_a_login(visitor, example, log_in):
    visitor.goto(example.url)
    expect(visitor).to_have_url(f"{example.url}/accounts/login/?next=/")

    log_in("alice")
    expect(visitor).to_have_url(f"{example.url}/")
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Alice's shop")

    visitor.get_by_role("button", name="Log out").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Log in")


def test_the_login_form_says_that_a_password_is_wrong(visitor, log_in):
    log_in("alice", "wrong")
    expect(visitor.get_by_text("Please enter a correct username and password")).to_be_visible()


def test_a_push_is_shown_to_the_members_of_its_project(visitor, example, log_in):
    log_in("alice")
    expect(visitor.get_by_text("Nothing has run yet")).to_be_visible()
    example.push(a_push(tasks=[a_task(title="Look around")])).raise_for_status()
    expect(visitor.get_by_text("Look around")).to_be_visible()


def test_who_has_no_project_is_told_so(visitor, example, log_in):
    manage(example.env, "shell", "--command", CREATE_CAROL)
    log_in("carol")
    expect(visitor.get_by_text("You are not a member of any project.")).to_be_visible()


def test_the_buttons_of_the_demo_are_not_there(example):
    cookies = example.log_in("alice")
    with httpx.Client(base_url=example.url, cookies=cookies) as alice:
        assert "Run one" not in alice.get("/").text
        for path in ("/terminal/", "/terminal/stop/", "/cut/", "/embedded/"):
            assert alice.get(path).status_code == 404


def test_the_pages_allow_nothing_inline_and_nothing_of_other_sites(example):
    cookies = example.log_in("alice")
    with httpx.Client(base_url=example.url, cookies=cookies) as alice:
        for path in ("/", "/accounts/login/"):
            policy = alice.get(path).headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'self'; ")
            assert "unsafe" not in policy
