"""What a view that allows a stream hands to the consumer that will send it."""

from dataclasses import dataclass
from typing import Any

SCOPE_KEY = "wizard_sessions.grants"
"""In the ASGI scope: the list that the consumer reads a :class:`Grant` from.

Where it is missing, no consumer is in front of Django, and nothing could send the stream.
"""


@dataclass(frozen=True, slots=True)
class Grant:
    """Leave to follow the sessions of a workflow, and of a skill if one is named."""

    project_id: Any
    workflow_id: str
    skill_id: str
    heartbeat: str
