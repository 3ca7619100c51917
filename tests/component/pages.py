"""The host's pages that show the component, and what there is on them."""

from typing import Any
from urllib.parse import urlencode

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from playwright.sync_api import Locator, Page, expect

from tests.example import Example

SESSIONS = "/api/projects/1/wizard/sessions/"


def component(workflow: str, content: str = "", **attributes: Any) -> SafeString:
    attributes = {"url": SESSIONS, "workflow": workflow, **attributes}
    return format_html(
        "<wizard-session{}>{}</wizard-session>",
        format_html_join("", ' {}="{}"', attributes.items()),
        content,
    )


def tag(workflow: str) -> str:
    """The component with its first state, as a template of the host's has it."""
    return (
        f'{{% load wizard_sessions %}}{{% wizard_session project=project workflow="{workflow}" %}}'
    )


def open_page(visitor: Page, host: Example, *components: str, **query: str) -> None:
    visitor.goto(f"{host.url}/page/?{urlencode({'body': ''.join(components), **query})}")


def part(visitor: Page, name: str) -> Locator:
    return visitor.locator(f"wizard-session [part={name}]")


def expect_connection(visitor: Page, words: str, **options: Any) -> None:
    expect(part(visitor, "connection")).to_have_text(words, **options)


def set_attribute(visitor: Page, name: str, value: str) -> None:
    visitor.locator("wizard-session").evaluate(
        "(element, [name, value]) => element.setAttribute(name, value)", [name, value]
    )


def answered(status: int) -> str:
    """What Chromium itself says in the console of an answer with this status."""
    return rf"Failed to load resource: the server responded with a status of {status} \(.*\)"
