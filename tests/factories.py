"""Input as the command-line wizard sends it: what hosts have for their tests, and recorded runs."""

import json
from pathlib import Path
from typing import Any

from django_wizard_sessions.testing import a_push, a_stored_session, a_task

__all__ = ["SKILL", "WORKFLOW", "a_push", "a_stored_session", "a_task", "recording"]

RECORDINGS = Path(__file__).parent.parent / "example_project" / "recordings"
WORKFLOW: str = a_push()["workflow_id"]
SKILL: str = a_push()["skill_id"]


def recording(name: str) -> list[dict[str, Any]]:
    """The bodies of a whole recorded run, in order."""
    lines = (RECORDINGS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["body"] for line in lines]
