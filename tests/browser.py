"""A visitor in a real browser, whose console is read."""

import re
from contextlib import contextmanager

CHROMIUM_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def visiting(browser, **options):
    """A page in a browser of its own. An error left in a console of it fails the test.

    A test that expects some says so by ``expected_error``: a pattern of the whole text.
    """
    with browser.new_context(**options) as context:
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.expected_error = "(?!)"
        page.console_errors = []
        context.on("weberror", lambda fault: page.console_errors.append(str(fault.error)))
        context.on(
            "console",
            lambda message: message.type == "error" and page.console_errors.append(message.text),
        )
        yield page
    unexpected = [e for e in page.console_errors if not re.fullmatch(page.expected_error, e)]
    assert unexpected == []
