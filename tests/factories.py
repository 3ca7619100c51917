"""Input as the command-line wizard sends it."""

import json
from pathlib import Path

RECORDINGS = Path(__file__).parent.parent / "example_project" / "recordings"
WORKFLOW = "posthog-integration"
SKILL = "nextjs-app-router"


def recording(name):
    """The bodies of a whole recorded run, in order."""
    lines = (RECORDINGS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["body"] for line in lines]


def a_push(session_id="run-1", **changes):
    """The smallest push that the API accepts, with these changes."""
    return {
        "session_id": session_id,
        "workflow_id": WORKFLOW,
        "skill_id": SKILL,
        "started_at": "2026-11-24T02:25:53Z",
        "run_phase": "running",
        "tasks": [],
        **changes,
    }


def a_task(**changes):
    return {"id": "0", "title": "Detect the framework", "status": "pending", **changes}


def a_stored_session(project, session_id="run-1", **changes):
    """What the smallest push comes to in the database, without anything that is published."""
    # Not before Django is set up: the race is run with settings of its own.
    from django_wizard_sessions.serializers import WizardSessionSerializer  # noqa: PLC0415

    serializer = WizardSessionSerializer(data=a_push(session_id, **changes))
    serializer.is_valid(raise_exception=True)
    return serializer.save(project=project)
