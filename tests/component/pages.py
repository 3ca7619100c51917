"""The host's pages that show the component, and what there is on them."""

from urllib.parse import urlencode

from django.utils.html import format_html, format_html_join
from playwright.sync_api import expect

SESSIONS = "/api/projects/1/wizard/sessions/"


def component(workflow, content="", **attributes):
    attributes = {"url": SESSIONS, "workflow": workflow, **attributes}
    return format_html(
        "<wizard-session{}>{}</wizard-session>",
        format_html_join("", ' {}="{}"', attributes.items()),
        content,
    )


def open_page(visitor, host, *components, **query):
    visitor.goto(f"{host.url}/page/?{urlencode({'body': ''.join(components), **query})}")


def part(visitor, name):
    return visitor.locator(f"wizard-session [part={name}]")


def expect_connection(visitor, words, **options):
    expect(part(visitor, "connection")).to_have_text(words, **options)


def set_attribute(visitor, name, value):
    visitor.locator("wizard-session").evaluate(
        "(element, [name, value]) => element.setAttribute(name, value)", [name, value]
    )


def answered(status):
    """What Chromium itself says in the console of an answer with this status."""
    return rf"Failed to load resource: the server responded with a status of {status} \(.*\)"
