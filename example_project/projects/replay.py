"""A recorded run of the wizard, pushed again as the wizard pushed it."""

import asyncio
import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx

RECORDINGS = sorted((Path(__file__).parent.parent / "recordings").glob("*.jsonl"))
PAUSE_BETWEEN_RUNS = 5  # seconds


def read(recording):
    """The pushes of a recording: each with ``at``, ``path`` and ``body``."""
    return [json.loads(line) for line in recording.read_text(encoding="utf-8").splitlines()]


def started_now(pushes):
    """The pushes of a new run: only its id and its start differ from the recorded ones."""
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    for push in pushes:
        body = push["body"]
        session_id = body["session_id"].replace(body["started_at"], now)
        yield {**push, "body": {**body, "session_id": session_id, "started_at": now}}


async def replay(pushes, client, report):
    """Sends the pushes in their recorded rhythm; reports those that begin or change the phase."""
    clock = asyncio.get_running_loop().time
    start = clock()
    phase = None
    for push in pushes:
        await asyncio.sleep(start + push["at"] - clock())
        response = await client.post(push["path"], json=push["body"])
        response.raise_for_status()
        if push["body"]["run_phase"] != phase:
            phase = push["body"]["run_phase"]
            report(push["body"])


async def replay_forever(url, key, report):
    """The recordings in turn, through the API, as the wizard itself would."""
    async with httpx.AsyncClient(
        base_url=url,
        headers={"Authorization": f"Bearer {key}"},
        trust_env=False,  # no proxy stands between this machine and itself
    ) as client:
        while True:
            for recording in RECORDINGS:
                with suppress(httpx.TransportError):  # as the wizard: it gives up on this run only
                    await replay(started_now(read(recording)), client, report)
                await asyncio.sleep(PAUSE_BETWEEN_RUNS)
