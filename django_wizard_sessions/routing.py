from collections.abc import Awaitable, Callable
from typing import Any
from weakref import WeakSet

from django.core.handlers.asgi import ASGIHandler

Application = Callable[[Any, Any, Any], Awaitable[None]]
"""An ASGI 3 application. Not asgiref's type, which Django's own does not fit."""

_mounted: WeakSet[Any] = WeakSet()


def is_mounted() -> bool:
    """Whether some ASGI application of the process has the stream."""
    return bool(_mounted)


def mount_stream(application: Application) -> Application:
    """Puts the stream's consumer in front of Django's ASGI ``application``.

    It takes every path that ends as the package's own route does, below whatever prefix; Django's
    URLconf stays the one place that says which of them exist. All else goes to ``application``;
    when the server is asked to stop, running pushes are given a second to finish.
    """
    # Not before the application is there, and with it Django's apps: asgi.py can import this
    # module at its top.
    from .consumers import WizardSessionStreamConsumer  # noqa: PLC0415
    from .hub import get_hub  # noqa: PLC0415

    consumer = WizardSessionStreamConsumer.as_asgi(application=application)

    # Not Channels' URLRouter: it refuses what does not begin with the server's root path, and
    # behind a proxy that strips the root path nothing does.
    async def mounted(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket" and isinstance(application, ASGIHandler):
            # A 403. Django itself would fail: a 500 and a traceback for everybody who asks.
            await send({"type": "websocket.close"})
            return
        path = scope["path"] if scope["type"] == "http" else ""
        if path.endswith("/sessions/stream/"):
            await consumer(scope, receive, send)
        elif path.endswith("/sessions/"):  # a push, perhaps: not every server lets it finish
            with get_hub().finishing():
                await application(scope, receive, send)
        else:
            await application(scope, receive, send)

    _mounted.add(mounted)
    return mounted
