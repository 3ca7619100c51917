"""Report and follow runs from Python: needs the extra ``client``, and no Django."""

from .async_following import afollow
from .errors import UnavailableError, WizardSessionsError
from .following import follow
from .pushing import Pusher
from .reading import alatest, alist_sessions, latest, list_sessions
from .reporting import WizardRun, WizardTask
from .sessions import RunPhase, Session, Task, TaskStatus

__all__ = [
    "Pusher",
    "RunPhase",
    "Session",
    "Task",
    "TaskStatus",
    "UnavailableError",
    "WizardRun",
    "WizardSessionsError",
    "WizardTask",
    "afollow",
    "alatest",
    "alist_sessions",
    "follow",
    "latest",
    "list_sessions",
]
