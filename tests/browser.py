"""A visitor in a real browser, whose console is read."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Playwright

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
def visiting(browser: Browser, **options: Any) -> Iterator[Any]:
    """A page in a browser of its own, in which all tabs are seen at once."""
    with browser.new_context(**options) as context, watched(context) as page:
        yield page


@contextmanager
def watched(context: BrowserContext) -> Iterator[Any]:
    """A page, whose test fails for an error that is left in a console.

    A test that expects some says so by ``expected_error``: a pattern of the whole text.
    """
    page: Any = context.new_page()  # with attributes of the tests' own
    page.set_default_timeout(10_000)
    page.expected_error = "(?!)"
    page.console_errors = []

    def read(message: ConsoleMessage) -> None:
        if message.type == "error":
            page.console_errors.append(message.text)

    context.on("weberror", lambda fault: page.console_errors.append(str(fault.error)))
    context.on("console", read)
    yield page
    unexpected = [e for e in page.console_errors if not re.fullmatch(page.expected_error, e)]
    assert not unexpected, unexpected


@contextmanager
def window(playwright: Playwright, chromium: str, folder: Path) -> Iterator[BrowserContext]:
    """As people have it: the one tab that is in front hides the others, and they may be frozen."""
    command = [chromium, *CHROMIUM_ARGUMENTS, "--remote-debugging-port=0"]
    with subprocess.Popen(
        [*command, f"--user-data-dir={folder}", "about:blank"], stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stderr
            address = next(filter(None, (re.search(r"ws://\S+", line) for line in process.stderr)))
            # Playwright's defaults have every tab believe that it is in front.
            browser = playwright.chromium.connect_over_cdp(address[0], no_defaults=True)
            yield browser.contexts[0]
        finally:
            process.terminate()
