"""How long a page takes to show a frame of a run with 100 tasks: python -m benchmarks.render"""

import os
import platform
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser import CHROMIUM_ARGUMENTS
from tests.component.pages import component, expect_connection, open_page, part
from tests.component.states import a_run
from tests.example import Example, migrated, running

FRAMES = 300
TASKS = 100

# From the frame's arrival to where the browser has only to paint.
MEASURE = """
    window.durations = [];
    const listen = EventSource.prototype.addEventListener;
    EventSource.prototype.addEventListener = function (name, handle, ...options) {
        listen.call(this, name, name !== "message" ? handle : (event) => {
            const begin = performance.now();
            handle(event);
            document.querySelector("wizard-session").getBoundingClientRect();
            window.durations.push(performance.now() - begin);
        }, ...options);
    };
"""


def a_frame(number: int) -> dict[str, Any]:
    """One task more is done each time, and when all are, they are done anew."""
    done = number % TASKS
    statuses = ["completed"] * done + ["in_progress"] + ["pending"] * (TASKS - done - 1)
    tasks = [
        {"id": str(n), "title": f"Task {n} of the run", "status": status}
        for n, status in enumerate(statuses)
    ]
    return a_run(tasks=tasks, session_id="render", workflow_id="render")


def measure(example: Example, page: Page) -> list[float]:
    page.add_init_script(MEASURE)
    open_page(page, example, component("render"))
    expect_connection(page, "Live")
    for number in range(FRAMES):
        example.push(a_frame(number)).raise_for_status()
        done = f"{number % TASKS} of {TASKS} tasks done"
        expect(part(page, "count")).to_have_text(done)
    durations: list[float] = page.evaluate("window.durations")
    return durations


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        migrated(f"sqlite:///{folder}/db.sqlite3") as env,
        running(
            {**env, "DJANGO_SETTINGS_MODULE": "tests.component.settings"}, Path(folder)
        ) as example,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=CHROMIUM_ARGUMENTS
        )
        context = browser.new_context()
        context.add_cookies(
            [{"name": n, "value": v, "url": example.url} for n, v in example.log_in().items()]
        )
        durations = measure(example, context.new_page())
        percentiles = statistics.quantiles(durations, n=100)
        print(f"Chromium {browser.version} on {platform.machine()}, {os.cpu_count()} cores")
        print(f"{len(durations)} frames of {TASKS} tasks, in milliseconds:")
        print(f"median {statistics.median(durations):.1f}, p95 {percentiles[94]:.1f}")
        browser.close()


if __name__ == "__main__":
    main()
