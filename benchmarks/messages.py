"""The raw requests of the load client, and the run that each push shows.

The client puts a topic's number in the place of ``TOPIC`` and a push's in the place of ``NUMBER``;
each is as long as what it stands for, so that no length changes.
"""

import json

TOPIC = "@@topic@"
NUMBER = "@number@"
SNAPSHOT = f"PUSH{NUMBER}"
"""What the client finds a frame by."""

FRAME_BYTES = 1700
OWN_FRAME_EXTRA = 220
"""So much of a frame of ours is what the server adds to a push: its id, times and so on."""

TASKS = (
    "Detect the framework",
    "Read the routes and the models",
    "Install the packages",
    "Write the configuration",
    "Add the middleware",
    "Capture events at sign-up",
    "Capture events at checkout",
    "Run the checks",
)


def get(path: str, *headers: str) -> str:
    return _request(f"GET {path}", "Accept: text/event-stream, */*", *headers)


def post(path: str, body: str, *headers: str) -> str:
    about = ("Content-Type: application/json", f"Content-Length: {len(body.encode())}")
    return _request(f"POST {path}", *about, *headers) + body


def _request(line: str, *headers: str) -> str:
    return "\r\n".join([f"{line} HTTP/1.1", "Host: 127.0.0.1", *headers, "", ""])


def run(workflow: str, size: int = FRAME_BYTES) -> str:
    """The JSON of a run, of so many bytes."""
    text = _run(workflow, "")
    return _run(workflow, "." * (size - len(text)))


def _run(workflow: str, padding: str) -> str:
    titles = [*TASKS, padding, SNAPSHOT]
    tasks = [
        {"id": str(number), "title": title, "status": "completed"}
        for number, title in enumerate(titles)
    ]
    return json.dumps(
        {
            "session_id": f"run-{TOPIC}",
            "workflow_id": workflow,
            "skill_id": "django",
            "started_at": "2026-11-24T02:25:53Z",
            "run_phase": "running",
            "tasks": tasks,
        },
        separators=(",", ":"),
    )
