"""Fixtures for a host's own tests.

By the entry point ``pytest11``, pytest loads this module in every project that has the package
installed, whether it is Django's or not. So nothing is imported before a fixture is asked for.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from .testing import OpenStream


@pytest.fixture
def configure_wizard_sessions(settings: Any) -> Callable[..., None]:
    """Changes keys of the setting ``WIZARD_SESSIONS``, given by keyword, until the test is over."""

    def configure(**changes: Any) -> None:
        settings.WIZARD_SESSIONS = {**settings.WIZARD_SESSIONS, **changes}

    return configure


@pytest.fixture
def wizard_channel_layer(settings: Any) -> None:
    """A channel layer in memory, in place of the host's. Override it to test with that one."""
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}


@pytest.fixture
def open_wizard_stream(transactional_db: None, wizard_channel_layer: None) -> OpenStream:
    """``open_stream`` of ``django_wizard_sessions.testing``, for the host's ``ASGI_APPLICATION``.

    With pytest-django's ``transactional_db``: within a transaction of the test's own, no push would
    be published, and no stream could read what the test has stored.
    """
    from channels.routing import get_default_application  # noqa: PLC0415

    from .testing import open_stream  # noqa: PLC0415

    return partial(open_stream, get_default_application())
