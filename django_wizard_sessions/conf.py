"""The ``WIZARD_SESSIONS`` setting: read here and nowhere else."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, TypeGuard

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.utils.module_loading import import_string

logger: logging.Logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One field per key of ``WIZARD_SESSIONS``. Durations are seconds, int or float."""

    PROJECT_MODEL: str
    """``"app_label.Model"``, of its app's first migration. Fixed once migrated."""

    PERMISSION_CLASSES: Sequence[str] = (
        "rest_framework.permissions.IsAuthenticated",
        "django_wizard_sessions.permissions.HasScope",
        "django_wizard_sessions.permissions.CanViewProject",
    )
    """Dotted paths of the DRF permission classes of every operation, the stream's included."""

    SERIALIZER_CLASS: str = "django_wizard_sessions.serializers.WizardSessionSerializer"
    """Dotted path of the serializer of pushes, answers and streams: a subclass of this one."""

    ONLY_CREATOR_MAY_REPLACE: bool = False
    """A push of a session that another user created is refused."""

    STALE_AFTER: float = 600
    """A run that has not ended and was not pushed for this long is shown as stale."""

    RETENTION: float | None = None
    """``manage.py prune_wizard_sessions`` deletes what was not pushed for this long."""

    STREAM_MAX_DURATION: float = 1800
    """A stream is ended after this long; the browser reconnects by itself."""

    STREAM_HEARTBEAT_INTERVAL: float = 15
    """An idle stream sends a heartbeat this often."""

    STREAM_RECONCILE_INTERVAL: float = 10
    """What the channel layer lost is found in the database within this time."""

    STREAM_REAUTHORIZE_INTERVAL: float = 60
    """Whether a stream is still allowed is asked this often; if not, it is ended."""

    STREAM_WRITE_TIMEOUT: float = 30
    """A client that reads nothing for this long is given up."""

    MAX_STREAMS_PER_PROCESS: int = 10_000
    """One more is answered 503, with ``Retry-After``."""

    MAX_STREAMS_PER_PROJECT: int = 1_000
    """The same, for each project in each process."""

    STREAMS_ENABLED: bool | str = True
    """``False``, or a callable's dotted path, ends all streams with a 204."""

    def __post_init__(self) -> None:
        for field in fields(self):
            name, value = field.name, getattr(self, field.name)
            wanted, fits = _RULES[name if name in _RULES else field.type]
            if not fits(value):
                raise ImproperlyConfigured(
                    f"WIZARD_SESSIONS[{name!r}] must be {wanted}, not {value!r}."
                )


def _is_model_label(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and value.count(".") == 1


def _is_dotted_path(value: Any) -> bool:
    return isinstance(value, str) and "." in value


def _is_duration(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


# By name, or else by type: what is wanted, and whether it is that.
_RULES: dict[Any, tuple[str, Callable[[Any], bool]]] = {
    "PROJECT_MODEL": ("of the form 'app_label.Model'", _is_model_label),
    "PERMISSION_CLASSES": (
        "a list of at least one dotted path",
        lambda value: isinstance(value, list | tuple) and len(value) > 0,
    ),
    bool: ("True or False", lambda value: isinstance(value, bool)),
    int: ("a whole number from 0", lambda value: type(value) is int and value >= 0),
    float: ("a number of seconds above 0", _is_duration),
    float | None: (
        "a number of seconds above 0, or None",
        lambda value: value is None or _is_duration(value),
    ),
    str: ("a dotted path", _is_dotted_path),
    bool | str: (
        "True, False or a callable's dotted path",
        lambda value: isinstance(value, bool) or _is_dotted_path(value),
    ),
}


@cache
def get_settings() -> Settings:
    """The settings in force.

    Raises ``ImproperlyConfigured``, naming the key, for one that is missing, unknown or unusable;
    and in a host without time zones.
    """
    if not settings.USE_TZ:
        raise ImproperlyConfigured("Wizard sessions need USE_TZ = True: their times are in UTC.")
    given: Any = getattr(settings, "WIZARD_SESSIONS", {})
    if not isinstance(given, dict):
        raise ImproperlyConfigured("WIZARD_SESSIONS must be a dictionary.")
    known = {field.name for field in fields(Settings)}
    if unknown := sorted(set(given) - known):
        raise ImproperlyConfigured(
            f"WIZARD_SESSIONS has no setting {', '.join(map(repr, unknown))}. "
            f"It knows {', '.join(sorted(known))}."
        )
    if "PROJECT_MODEL" not in given:
        raise ImproperlyConfigured(
            "WIZARD_SESSIONS['PROJECT_MODEL'] is required: name the model that wizard sessions "
            "belong to, as in WIZARD_SESSIONS = {'PROJECT_MODEL': 'projects.Project'}."
        )
    return Settings(**given)


def project_model() -> str:
    """Of the models, which are imported before a system check could say what is wrong."""
    given = getattr(settings, "WIZARD_SESSIONS", None)
    name = given.get("PROJECT_MODEL") if isinstance(given, dict) else None
    return name if _is_model_label(name) else "wizard_sessions.MissingProjectModel"


def streams_are_enabled() -> bool:
    """What ``STREAMS_ENABLED`` says now. A callable that fails switches nothing off."""
    enabled = get_settings().STREAMS_ENABLED
    if isinstance(enabled, bool):
        return enabled
    try:
        return bool(import_string(enabled)())
    except Exception:
        logger.exception("WIZARD_SESSIONS['STREAMS_ENABLED'] could not be asked.")
        return True


def _forget(*, setting: str, **_kwargs: object) -> None:
    if setting in {"WIZARD_SESSIONS", "USE_TZ"}:
        get_settings.cache_clear()


setting_changed.connect(_forget)
