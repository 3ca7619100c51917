"""Follow runs from Python: needs the extra ``client``, and no Django."""

from .errors import WizardSessionsError
from .following import follow
from .sessions import RunPhase, Session, Task, TaskStatus

__all__ = [
    "RunPhase",
    "Session",
    "Task",
    "TaskStatus",
    "WizardSessionsError",
    "follow",
]
