"""Tells every process that a session was pushed.

What goes through the channel layer is a hint: it may be lost, doubled or out of order. The row is
the truth, and its revision says which of two states is the newer.
"""

import asyncio
import logging
import time
from typing import TypedDict

from asgiref.sync import async_to_sync
from channels.layers import BaseChannelLayer, get_channel_layer

from .cursors import Cursor
from .models import WizardSession
from .outages import Breaker
from .serializers import render_session
from .signals import publish_failed
from .topics import group_name

logger: logging.Logger = logging.getLogger(__name__)

PUBLISH_TIMEOUT = 0.25  # seconds
PAUSE_AFTER_FAILURE = 3.0  # seconds

_breaker = Breaker(logger, "Publishing to the channel layer", PAUSE_AFTER_FAILURE)


class Hint(TypedDict):
    """The message of the channel layer. Any serializer of a layer can carry it."""

    type: str
    group: str
    skill_id: str
    session: int
    revision: int
    id: str
    data: str
    sent_at: float


def publish(session: WizardSession) -> None:
    """Sends the state to the streams that follow the session. To be called on commit.

    Never fails, nor takes much longer than ``PUBLISH_TIMEOUT``: what is not sent, or is lost on its
    way, every stream finds in the database.
    """
    layer = get_channel_layer()
    if layer is None:
        return
    if not _breaker.allows():
        publish_failed.send_robust(WizardSession, session=session, error=None)
        return
    hint = Hint(
        type="wizard_session.pushed",
        group=group_name(session.project_id, session.workflow_id),
        skill_id=session.skill_id,
        session=session.pk,
        revision=session.revision,
        id=str(Cursor.of(session)),
        data=render_session(session),
        sent_at=time.time(),
    )
    try:
        async_to_sync(_send)(layer, hint)
    except Exception as error:  # noqa: BLE001  # a layer may raise anything
        _breaker.begin(error)
        publish_failed.send_robust(WizardSession, session=session, error=error)
    else:
        _breaker.end()


_sending: set[asyncio.Future[None]] = set()


async def _send(layer: BaseChannelLayer, hint: Hint) -> None:
    """To the end: if the wizard goes meanwhile, Django cancels what is done for its request."""
    sending = asyncio.ensure_future(layer.group_send(hint["group"], hint))
    _sending.add(sending)  # an event loop alone does not keep a task alive
    sending.add_done_callback(_sent)
    await asyncio.wait({sending}, timeout=PUBLISH_TIMEOUT)
    if not sending.done():
        await asyncio.sleep(0)  # it may be the event loop that was late, not the layer
    if not sending.done():
        sending.cancel()
        raise TimeoutError(f"no answer within {PUBLISH_TIMEOUT} s")
    sending.result()


def _sent(sending: asyncio.Future[None]) -> None:
    _sending.discard(sending)
    if not sending.cancelled():
        sending.exception()  # seen, even if nobody waits any more
