"""Tells every process that a session was pushed.

What goes through the channel layer is a hint: it may be lost, doubled or out of order. The row is
the truth, and its revision says which of two states is the newer.
"""

import asyncio
import hashlib
import json
from typing import Any, TypedDict

from asgiref.sync import async_to_sync
from channels.layers import BaseChannelLayer, get_channel_layer

from .models import WizardSession
from .serializers import render_session


class Hint(TypedDict):
    """The message of the channel layer. Any serializer of a layer can carry it."""

    type: str
    group: str
    skill_id: str
    session: int
    revision: int
    data: str


def group_name(project_id: Any, workflow_id: str) -> str:
    """The channel layer's group of a project's workflow.

    Hashed, because a group's name is short and has few characters to choose from.
    """
    topic = json.dumps([str(project_id), workflow_id])
    return f"wizard_sessions.{hashlib.sha256(topic.encode()).hexdigest()[:40]}"


def publish(session: WizardSession) -> None:
    """Sends the state to the streams that follow the session. To be called on commit."""
    layer = get_channel_layer()
    if layer is None:
        return
    hint = Hint(
        type="wizard_session.pushed",
        group=group_name(session.project_id, session.workflow_id),
        skill_id=session.skill_id,
        session=session.pk,
        revision=session.revision,
        data=render_session(session),
    )
    async_to_sync(_send)(layer, hint)


_sending: set[asyncio.Future[None]] = set()


async def _send(layer: BaseChannelLayer, hint: Hint) -> None:
    """To the end: if the wizard goes meanwhile, Django cancels what is done for its request."""
    sending = asyncio.ensure_future(layer.group_send(hint["group"], hint))
    _sending.add(sending)  # an event loop alone does not keep a task alive
    sending.add_done_callback(_sending.discard)
    await asyncio.shield(sending)
