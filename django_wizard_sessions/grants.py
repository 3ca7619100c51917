"""What a view that allows a stream hands to the consumer that will send it."""

from dataclasses import dataclass
from threading import Lock
from typing import Any

from .slots import Slots

SCOPE_KEY = "wizard_sessions.admission"
"""In the ASGI scope: the :class:`Admission` of the request.

Where it is missing, no consumer is in front of Django, and nothing could send the stream.
"""


@dataclass(frozen=True, slots=True)
class Grant:
    """Leave to follow the sessions of a workflow, and of a skill if one is named; or but one."""

    project_id: Any
    workflow_id: str
    skill_id: str
    heartbeat: str
    last_event_id: str = ""
    session: int | None = None
    """The primary key of the only session to follow."""


class Admission:
    """Where a grant is left. With ``slots``, the stream has one of them until it is closed."""

    def __init__(self, slots: Slots | None = None) -> None:
        self._slots = slots
        self._lock = Lock()  # Django's view may still run in its thread when the client goes
        self._is_closed = False
        self.grant: Grant | None = None

    def admit(self, grant: Grant) -> bool:
        """Leaves the grant, unless there is no slot left."""
        with self._lock:
            if self.grant is None:
                if self._is_closed:
                    return False
                if self._slots is not None and not self._slots.take(grant.project_id):
                    return False
                self.grant = grant
            return True

    def close(self) -> None:
        with self._lock:
            if not self._is_closed and self.grant is not None and self._slots is not None:
                self._slots.release(self.grant.project_id)
            self._is_closed = True
