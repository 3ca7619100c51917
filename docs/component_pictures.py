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


PICTURES = [
    Picture("running", "running"),
    Picture("running-dark", "running", {"color_scheme": "dark"}),
    Picture("running-narrow", "running", width=320),
    Picture("running-rtl", "running", direction="rtl"),
    Picture("nothing", "nothing"),
    Picture("error", "error"),
    Picture("stalled", "stalled", silent=720),
    Picture("runs", "runs", opened="Recent runs"),
]


def take_component(browser: Browser, save: Callable[..., None]) -> None:
    with host() as (example, database):
        cookies = example.log_in("alice").items()
        push_runs(example)
        for picture in PICTURES:
            for body in pushes(picture.state) if picture.state != "runs" else ():
                example.push(body).raise_for_status()
            age(database, picture)
            context = browser.new_context(
                viewport={"width": picture.width, "height": 800},
                device_scale_factor=2,
                timezone_id="UTC",
                reduced_motion="reduce",
                **picture.context,
            )
            context.add_cookies(
                [{"name": name, "value": value, "url": example.url} for name, value in cookies]
            )
            screenshot = take(context.new_page(), example, picture)
            save(screenshot, f"component-{picture.name}.png", colours=64)
            context.close()


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


def take(page: Page, example: Example, picture: Picture) -> bytes:
    session = example.get("latest/", params={"workflow_id": picture.state})
    if session.status_code == 200:  # noqa: PLR2004
        updated = datetime.fromisoformat(session.json()["updated_at"])
        page.clock.set_fixed_time(updated + timedelta(seconds=picture.silent or TASK))
    open_page(page, example, component(picture.state), dir=picture.direction)
    expect_connection(page, "Live")
    part(page, "card").and_(page.locator(":not([data-phase=unknown])")).wait_for()
    if picture.opened:
        page.get_by_text(picture.opened).click()
        part(page, "run-choice").first.wait_for()
    page.mouse.move(0, 0)
    return page.locator("wizard-session").screenshot(animations="disabled")


@contextmanager
def host() -> Iterator[tuple[Example, str]]:
    """With the file of its database."""
    with tempfile.TemporaryDirectory() as folder:
        database = f"{folder}/db.sqlite3"
        with migrated(f"sqlite:///{database}"):
            env = environment(f"sqlite:///{database}")
            env["DJANGO_SETTINGS_MODULE"] = "tests.component.settings"
            with running(env, Path(folder)) as example:
                yield example, database
