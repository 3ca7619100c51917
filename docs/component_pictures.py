"""The component in its states, as ``pictures.py`` takes them."""

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.component.pages import component, expect_connection, open_page, part
from tests.component.states import a_run, pushes
from tests.example import Example, environment, migrated, running

TOOK = 154  # seconds from a run's first push to its last, which come at once here
# Whoever takes pictures does not wait a minute until a stream is ended.
SETTINGS = {
    "STREAM_REAUTHORIZE_INTERVAL": 0.5,
    "STREAMS_ENABLED": "tests.component.views.streams_are_enabled",
}
TASK = 12  # seconds that the task in progress has taken


@dataclass
class Picture:
    name: str
    state: str
    context: dict[str, Any] = field(default_factory=dict)
    direction: str = "ltr"
    width: int = 560
    silent: int = 0
    """For so many seconds, nothing has been heard of it."""
    opened: str = ""
    """The summary of what is opened."""
    poll: int | None = None
    picked: bool = False
    """Whether an earlier run is picked from the list."""
    trouble: str = ""
    """What happens to the connection."""


SAID = {
    "off": "Live updates are switched off",
    "refused": "You no longer have access",
    "lost": "Connection lost, trying again",
}
PICTURES = [
    Picture("running", "running"),
    Picture("running-dark", "running", {"color_scheme": "dark"}),
    Picture("running-narrow", "running", width=320),
    Picture("running-rtl", "running", direction="rtl"),
    Picture("nothing", "nothing"),
    Picture("error", "error"),
    Picture("stalled", "stalled", silent=720),
    Picture("runs", "runs", opened="Recent runs"),
    Picture("idle", "idle"),
    Picture("completed", "completed"),
    Picture("canceled", "canceled", opened="Details"),
    Picture("hostile", "hostile"),
    Picture("earlier", "runs", opened="Recent runs", picked=True),
    Picture("polling", "running", poll=5),
    Picture("off", "running", trouble="off"),
    Picture("refused", "running", trouble="refused"),
    Picture("lost", "running", trouble="lost"),  # the last: the server is gone then
]


def take_component(browser: Browser, save: Callable[..., None]) -> None:
    with host() as (example, database):
        push_runs(example)
        for picture in PICTURES:
            for body in pushes(picture.state) if picture.state != "runs" else ():
                example.push(body).raise_for_status()
            age(database, picture)
            with visitor(browser, example, picture) as page:
                screenshot = take(page, example, database, picture)
            save(screenshot, f"component-{picture.name}.png", colours=64)


@contextmanager
def visitor(browser: Browser, example: Example, picture: Picture) -> Iterator[Page]:
    cookies = example.log_in("alice").items()
    with browser.new_context(
        viewport={"width": picture.width, "height": 800},
        device_scale_factor=2,
        timezone_id="UTC",
        reduced_motion="reduce",
        **picture.context,
    ) as context:
        context.add_cookies(
            [{"name": name, "value": value, "url": example.url} for name, value in cookies]
        )
        yield context.new_page()


def push_runs(example: Example) -> None:
    for hour, phase in enumerate(["completed", "error", "completed", "running"], start=8):
        at = f"2026-11-24T{hour:02}:25:00Z"
        run = a_run(run_phase=phase, session_id=phase + at, workflow_id="runs", started_at=at)
        example.push({**run, "tasks": pushes("stalled")[-1]["tasks"]}).raise_for_status()


def age(database: str, picture: Picture) -> None:
    """Its run began a while ago."""
    silent = picture.silent
    with sqlite3.connect(database) as connection:
        connection.execute(
            "UPDATE wizard_sessions_wizardsession SET"
            " updated_at = strftime('%Y-%m-%d %H:%M:%f000', updated_at, ?),"
            " created_at = strftime('%Y-%m-%d %H:%M:%f000', updated_at, ?)"
            " WHERE workflow_id = ?",
            [f"-{silent} seconds", f"-{silent + TOOK} seconds", picture.state],
        )


def take(page: Page, example: Example, database: str, picture: Picture) -> bytes:
    session = example.get("latest/", params={"workflow_id": picture.state})
    if session.status_code == 200:  # noqa: PLR2004
        updated = datetime.fromisoformat(session.json()["updated_at"])
        page.clock.set_fixed_time(updated + timedelta(seconds=picture.silent or TASK))
    attributes: dict[str, Any] = {"poll": picture.poll} if picture.poll else {}
    example.get(f"{example.url}/streams/on/")
    open_page(page, example, component(picture.state, **attributes), dir=picture.direction)
    expect_connection(page, "Updated every few seconds" if picture.poll else "Live")
    part(page, "card").and_(page.locator(":not([data-phase=unknown])")).wait_for()
    if picture.opened:
        page.get_by_text(picture.opened).click()
    if picture.opened == "Recent runs":
        part(page, "run-choice").first.wait_for()
    if picture.picked:
        part(page, "run-choice").nth(2).click()
    if picture.trouble:
        cause(picture.trouble, example, database)
        expect_connection(page, SAID[picture.trouble], timeout=20_000)
    page.mouse.move(0, 0)
    return page.locator("wizard-session").screenshot(animations="disabled")


def cause(trouble: str, example: Example, database: str) -> None:
    match trouble:
        case "off":
            example.get(f"{example.url}/streams/off/")
        case "refused":
            with sqlite3.connect(database) as connection:
                connection.execute("DELETE FROM django_session")
        case "lost":
            example.kill()


@contextmanager
def host() -> Iterator[tuple[Example, str]]:
    """With the file of its database."""
    with tempfile.TemporaryDirectory() as folder:
        database = f"{folder}/db.sqlite3"
        with migrated(f"sqlite:///{database}"):
            env = environment(f"sqlite:///{database}", **SETTINGS)
            env["DJANGO_SETTINGS_MODULE"] = "tests.component.settings"
            with running(env, Path(folder)) as example:
                yield example, database
