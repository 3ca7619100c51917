import hashlib
import json
from typing import Any


def group_name(project_id: Any, workflow_id: str) -> str:
    """The channel layer's group of a topic: of a project's workflow.

    Hashed, because a group's name is short and has few characters to choose from.
    """
    topic = json.dumps([str(project_id), workflow_id])
    return f"wizard_sessions.{hashlib.sha256(topic.encode()).hexdigest()[:40]}"
