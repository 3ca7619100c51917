"""Django's system checks: each says what is wrong with the host's settings, and what mends it."""

from collections.abc import Iterator
from typing import Any

from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.utils.module_loading import import_string
from rest_framework.settings import api_settings

from . import routing
from .conf import get_settings

SILENCE = 45
"""Seconds: a page takes so long a silence for a lost connection."""

MARGIN = 5
"""Seconds that a heartbeat may take to a page."""

API_KEYS = "django_wizard_sessions.api_keys"


def check_settings(**_kwargs: Any) -> list[CheckMessage]:
    try:
        get_settings()
    except ImproperlyConfigured as error:
        hint = "The README of django-wizard-sessions lists all settings with their defaults."
        return [Error(str(error), hint=hint, id="wizard_sessions.E001")]
    return [*_check_project_model(), *_check_dotted_paths(), *_check_heartbeat()]


def _check_project_model() -> Iterator[CheckMessage]:
    name = get_settings().PROJECT_MODEL
    try:
        apps.get_model(name)
    except LookupError as error:
        yield Error(
            f"WIZARD_SESSIONS['PROJECT_MODEL'] is {name!r}, which is not installed: {error}",
            hint="Name a model by the label of an app in INSTALLED_APPS, as in 'projects.Project'.",
            id="wizard_sessions.E002",
        )


def _check_dotted_paths() -> Iterator[CheckMessage]:
    current = get_settings()
    paths = [("PERMISSION_CLASSES", path) for path in current.PERMISSION_CLASSES]
    paths.append(("SERIALIZER_CLASS", current.SERIALIZER_CLASS))
    if isinstance(current.STREAMS_ENABLED, str):
        paths.append(("STREAMS_ENABLED", current.STREAMS_ENABLED))
    for name, path in paths:
        try:
            import_string(path)
        except ImportError as error:
            yield Error(
                f"WIZARD_SESSIONS[{name!r}] names {path!r}, which cannot be imported: {error}",
                hint="Give the dotted path of a module and the name of what is in it.",
                id="wizard_sessions.E003",
            )


def _check_heartbeat() -> Iterator[CheckMessage]:
    longest = SILENCE - MARGIN
    interval = get_settings().STREAM_HEARTBEAT_INTERVAL
    if interval > longest:
        yield Warning(
            f"WIZARD_SESSIONS['STREAM_HEARTBEAT_INTERVAL'] is {interval}: a page takes "
            f"{SILENCE} seconds without a word for a lost connection, and opens another.",
            hint=f"Set it to {longest} or less; 15 is the default.",
            id="wizard_sessions.W008",
        )


def check_api_keys(**_kwargs: Any) -> list[CheckMessage]:
    modules = {used.__module__ for used in api_settings.DEFAULT_AUTHENTICATION_CLASSES}
    if apps.is_installed(API_KEYS) or f"{API_KEYS}.authentication" not in modules:
        return []
    return [
        Error(
            "API keys are used to authenticate, but their app is not installed.",
            hint=f"Add {API_KEYS!r} to INSTALLED_APPS, and migrate.",
            id="wizard_sessions.E004",
        )
    ]


def check_stream_is_mounted(**_kwargs: Any) -> list[CheckMessage]:
    fault = ""
    if path := getattr(settings, "ASGI_APPLICATION", None):
        try:
            import_string(path)
        except Exception as error:  # noqa: BLE001  # it is the host's own module
            fault = f" {path} cannot be imported: {error!r}"
    if routing.is_mounted():
        return []
    return [
        Warning(
            f"The stream is not mounted: every request for it is answered 501.{fault}",
            hint=(
                "In asgi.py, wrap get_asgi_application() in "
                "django_wizard_sessions.routing.mount_stream(), and name it in ASGI_APPLICATION."
            ),
            id="wizard_sessions.W005",
        )
    ]


def check_channel_layer(**_kwargs: Any) -> list[CheckMessage]:
    layer = get_channel_layer()
    if layer is not None and not isinstance(layer, InMemoryChannelLayer):
        return []
    return [
        Warning(
            "No channel layer connects this process with others: what one of them is pushed, "
            "streams of another show within STREAM_RECONCILE_INTERVAL.",
            hint=(
                "With a Redis, set CHANNEL_LAYERS to channels_redis.pubsub.RedisPubSubChannelLayer."
                " If there is one process, or the delay is right for you, silence this check."
            ),
            id="wizard_sessions.W006",
        )
    ]


def check_connections(**_kwargs: Any) -> list[CheckMessage]:
    kept = [name for name in connections if connections[name].settings_dict["CONN_MAX_AGE"]]
    if not kept or not getattr(settings, "ASGI_APPLICATION", None):
        return []
    return [
        Warning(
            f"Under ASGI, CONN_MAX_AGE keeps connections open in every thread: {', '.join(kept)}.",
            hint="Set CONN_MAX_AGE to 0; to reuse connections, use the backend's own pool.",
            id="wizard_sessions.W007",
        )
    ]


def register_all() -> None:
    """To be called once the apps are loaded."""
    register(check_settings)
    register(check_api_keys)
    register(check_stream_is_mounted)
    register(check_channel_layer, deploy=True)
    register(check_connections, Tags.database)
