"""One recorded run of the wizard, pushed again as the wizard pushed it. It needs no Django.

    python -m example_project.demo.replay nextjs_completed

The server and the key are those of ``WIZARD_URL`` and ``WIZARD_KEY``. What it prints is what
somebody sees who runs the wizard.
"""

import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

RECORDINGS = Path(__file__).parent.parent / "recordings"
PACE = 0.5  # of the recorded one: a visitor wants to watch
NOTHING: dict[str, Any] = {"run_phase": "idle", "tasks": []}
MARKS = {"in_progress": "◐", "completed": "✔", "failed": "✖"}


def read(recording: str) -> list[dict[str, Any]]:
    """The pushes of a recording: each with ``at``, ``path`` and ``body``."""
    lines = (RECORDINGS / f"{recording}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def started_now(pushes: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The pushes of a new run: only its id and its start differ from the recorded ones."""
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    for push in pushes:
        body = push["body"]
        session_id = body["session_id"].replace(body["started_at"], now)
        yield {**push, "body": {**body, "session_id": session_id, "started_at": now}}


def news(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    """What has happened between two pushes, in lines: a task that got on, or the end."""
    known = {task["id"]: task["status"] for task in before["tasks"]}
    for task in after["tasks"]:
        if task["status"] != known.get(task["id"]) and task["status"] in MARKS:
            yield f"{MARKS[task['status']]} {task['title']}"
    if after["run_phase"] == before["run_phase"]:
        return
    if after["run_phase"] == "completed":
        yield "✔ All done"
    elif after["run_phase"] == "error":
        yield "✖ " + after["error"]["message"].replace("\n", "\n  ")


def replay(pushes: Iterable[dict[str, Any]], client: httpx.Client) -> None:
    """Sends the pushes in their recorded rhythm, and tells in words what they say."""
    start = time.monotonic()
    shown = NOTHING
    for push in pushes:
        time.sleep(max(0, start + push["at"] / PACE - time.monotonic()))
        for line in news(shown, push["body"]):
            print(line, flush=True)
        shown = push["body"]
        client.post(push["path"], json=shown).raise_for_status()


def main(recording: str) -> None:
    with httpx.Client(
        base_url=os.environ["WIZARD_URL"],
        headers={"Authorization": f"Bearer {os.environ['WIZARD_KEY']}"},
        trust_env=False,  # no proxy stands between this machine and itself
    ) as client:
        try:
            replay(started_now(read(recording)), client)
        except httpx.HTTPStatusError as error:
            sys.exit(f"✖ The server refused a push: {error.response.text}")
        except httpx.TransportError as error:  # as the wizard: it gives up on this run
            sys.exit(f"✖ The server cannot be reached: {error}")


if __name__ == "__main__":
    main(sys.argv[1])
