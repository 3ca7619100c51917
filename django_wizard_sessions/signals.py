"""What a host may count or act upon. Each signal is documented in ``docs/observability.md``.

A receiver that raises is logged by Django, and harms nobody. Those of a push are called in the
thread of its request, after the commit and before the answer; those of a stream where the thing
happens, most of them in the event loop that serves the streams: they are functions, not
coroutines, and quick.
"""

from enum import StrEnum
from inspect import iscoroutinefunction
from typing import Any

from django.dispatch import Signal

session_created: Signal = Signal()
"""``session``: a :class:`~django_wizard_sessions.models.WizardSession`, by its first push."""

session_updated: Signal = Signal()
"""``session``: by any later push."""

phase_changed: Signal = Signal()
"""``session``, and its phase before: ``previous``. After ``session_updated``."""


def tell_pushed(session: Any) -> None:
    """To be called on commit, with what an upsert returned."""
    sender, previous = type(session), session.previous_phase
    if previous is None:
        session_created.send_robust(sender, session=session)
        return
    session_updated.send_robust(sender, session=session)
    if previous != session.run_phase:
        phase_changed.send_robust(sender, session=session, previous=previous)


class CloseReason(StrEnum):
    """Why a stream was closed."""

    CLIENT = "client"
    """The client went, or its connection was lost."""
    END = "end"
    """It was open for ``STREAM_MAX_DURATION``."""
    SLOW = "slow"
    """The client read nothing for ``STREAM_WRITE_TIMEOUT``."""
    REVOKED = "revoked"
    """Django, asked again, refused it."""
    SWITCH = "switch"
    """``STREAMS_ENABLED`` was switched off."""
    SHUTDOWN = "shutdown"
    """The server was asked to stop."""
    FAULT = "fault"
    """An unexpected error, which is in the log."""


class FunctionSignal(Signal):
    """Refuses coroutines: a signal that is sent in an event loop cannot wait for them."""

    def connect(self, receiver: Any, *args: Any, **kwargs: Any) -> None:
        if iscoroutinefunction(receiver) or iscoroutinefunction(type(receiver).__call__):
            raise TypeError("A receiver of this signal must be a function, not a coroutine.")
        super().connect(receiver, *args, **kwargs)


stream_opened: FunctionSignal = FunctionSignal()
"""``grant``: whose :class:`~django_wizard_sessions.grants.Grant` names project and workflow."""

stream_closed: FunctionSignal = FunctionSignal()
"""``grant``; ``reason``: a :class:`CloseReason`; ``seconds`` open; ``frames`` that were sent."""

frames_sent: FunctionSignal = FunctionSignal()
"""``count``: so many sessions' states were sent to one client, which took them."""

push_delivered: FunctionSignal = FunctionSignal()
"""``seconds``: from the commit until the streams of this process had it; ``streams``: how many."""

pushes_healed: FunctionSignal = FunctionSignal()
"""``count``: so many sessions' states were found in the database before any message of them."""

publish_failed: FunctionSignal = FunctionSignal()
"""``session``; ``error``: of the channel layer, or ``None`` if it was not tried in an outage.

Sent in the thread of the request.
"""
