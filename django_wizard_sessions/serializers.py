"""What a push may hold, and the one JSON of a session: the REST body and the SSE data alike."""

from datetime import UTC
from typing import Any, ClassVar

from django.utils.module_loading import import_string
from rest_framework import ISO_8601, serializers
from rest_framework.fields import empty
from rest_framework.renderers import JSONRenderer

from .conf import get_settings
from .models import RunPhase, WizardSession
from .validators import (
    NULL_OR_SURROGATE,
    validate_json,
    validate_session_id,
    validate_started_at,
)

MAX_TASKS = 500
MAX_ID_LENGTH = 255
MAX_TITLE_LENGTH = 10_240
TASK_STATUSES = ("pending", "in_progress", "completed", "failed", "canceled")

# Whatever the host's own API has: its formats are DRF's defaults.
ISO_8601_IN_UTC: dict[str, Any] = {
    "format": ISO_8601,
    "input_formats": [ISO_8601],
    "default_timezone": UTC,
}


class ChoiceField(serializers.ChoiceField):
    """One of some strings. DRF's own field repeats what it was given: of any size, in any form."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid_choice": "Must be one of: {choices}."
    }

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or data not in self.choices:
            self.fail("invalid_choice", choices=", ".join(self.choices))
        return data


class TextField(serializers.CharField):
    """A string as it was sent: DRF's own field also takes numbers, and trims."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


# A session has up to 500, nearly all of them right: those need not go field by field.
class WizardSessionTaskSerializer(serializers.Serializer[Any]):
    id: TextField = TextField(max_length=MAX_ID_LENGTH, help_text="Up to 255 characters.")
    title: TextField = TextField(max_length=MAX_TITLE_LENGTH, help_text="Up to 10,240 characters.")
    status: ChoiceField = ChoiceField(choices=TASK_STATUSES)

    def run_validation(self, data: Any = empty) -> Any:
        task = self._texts(data)
        return task if task and _is_right(task) else super().run_validation(data)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return self._texts(instance) or super().to_representation(instance)

    def _texts(self, data: Any) -> dict[str, str] | None:
        """The task, if it has its three texts; always ``None`` for a host's own serializer."""
        if type(self) is not WizardSessionTaskSerializer or type(data) is not dict:
            return None
        id_, title, status = data.get("id"), data.get("title"), data.get("status")
        if not type(id_) is type(title) is type(status) is str:
            return None
        return {"id": id_, "title": title, "status": status}


def _is_right(task: dict[str, str]) -> bool:
    """By the rules of the fields above."""
    return (
        0 < len(task["id"]) <= MAX_ID_LENGTH
        and 0 < len(task["title"]) <= MAX_TITLE_LENGTH
        and task["status"] in TASK_STATUSES
        and not NULL_OR_SURROGATE.search(task["id"] + task["title"])
    )


class WizardSessionSerializer(serializers.ModelSerializer[WizardSession]):
    """A push in, a session out. Unknown keys of a push are ignored: newer wizards send more."""

    session_id: TextField = TextField(
        max_length=255,
        validators=(validate_session_id,),
        help_text="Names the run within the project: a second push of it replaces the first. Up "
        'to 255 characters; not "latest", "stream", "." or "..", no slash, no control character.',
    )
    team_id: serializers.ReadOnlyField = serializers.ReadOnlyField(
        source="project_id", help_text="The project's id."
    )
    workflow_id: TextField = TextField(
        max_length=128, help_text="What the wizard does. Up to 128 characters."
    )
    skill_id: TextField = TextField(
        max_length=128, help_text="The framework it does it for. Up to 128 characters."
    )
    started_at: serializers.DateTimeField = serializers.DateTimeField(
        **ISO_8601_IN_UTC,
        validators=(validate_started_at,),
        help_text="RFC 3339, of the years 1970 to 9998; UTC if it names no offset.",
    )
    run_phase: ChoiceField = ChoiceField(choices=RunPhase.choices)
    tasks: WizardSessionTaskSerializer = WizardSessionTaskSerializer(
        many=True,
        max_length=MAX_TASKS,  # type: ignore[call-arg]
        help_text="In the order in which to show them. Up to 500, and 256 KiB as JSON.",
    )
    event_plan: serializers.DictField = serializers.DictField(
        allow_null=True,
        default=None,
        validators=(validate_json,),
        help_text="Any object of up to 256 KiB as JSON and 20 levels.",
    )
    error: serializers.DictField = serializers.DictField(
        allow_null=True,
        default=None,
        validators=(validate_json,),
        help_text="Any object of up to 256 KiB as JSON and 20 levels.",
    )
    created_at: serializers.DateTimeField = serializers.DateTimeField(
        **ISO_8601_IN_UTC, read_only=True
    )
    updated_at: serializers.DateTimeField = serializers.DateTimeField(
        **ISO_8601_IN_UTC, read_only=True
    )
    is_stale: serializers.BooleanField = serializers.BooleanField(
        read_only=True, help_text="The run has not ended, but nothing was pushed for a while."
    )

    class Meta:
        model: type[WizardSession] = WizardSession
        fields: tuple[str, ...] = (
            "session_id",
            "team_id",
            "workflow_id",
            "skill_id",
            "started_at",
            "run_phase",
            "tasks",
            "event_plan",
            "error",
            "created_at",
            "updated_at",
            "is_stale",
        )

    def validate_tasks(self, tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
        validate_json(tasks)
        return tasks

    def create(self, validated_data: dict[str, Any]) -> WizardSession:
        return WizardSession.objects.upsert(**validated_data)


def get_serializer_class() -> type[WizardSessionSerializer]:
    """The one that ``SERIALIZER_CLASS`` names."""
    serializer_class: type[WizardSessionSerializer] = import_string(get_settings().SERIALIZER_CLASS)
    return serializer_class


def render_session(session: WizardSession) -> str:
    """The session's JSON on one line."""
    return session.rendered or _encode(get_serializer_class()(session).data)


def render_push(serializer: serializers.BaseSerializer[Any]) -> str | None:
    """What the serializer saved, for its streams and its answer alike.

    ``None`` for a host's own serializer: it may answer otherwise than it streams, by the request.
    """
    if not type(serializer) is WizardSessionSerializer is get_serializer_class():
        return None
    return _encode(serializer.data)


def _encode(data: Any) -> str:
    rendered: bytes = JSONRenderer().render(data)
    return rendered.decode()


class ListQuerySerializer(serializers.Serializer[Any]):
    workflow_id: serializers.CharField = serializers.CharField(
        default="", allow_blank=True, trim_whitespace=False, help_text="Of this workflow alone."
    )
    skill_id: serializers.CharField = serializers.CharField(
        default="", allow_blank=True, trim_whitespace=False, help_text="Of this skill alone."
    )


class LatestQuerySerializer(ListQuerySerializer):
    workflow_id: serializers.CharField = serializers.CharField(
        trim_whitespace=False, help_text="Of this workflow."
    )


class StreamQuerySerializer(LatestQuerySerializer):
    heartbeat: ChoiceField = ChoiceField(
        choices=("comment", "event"),
        default="comment",
        help_text="What shows an idle stream to be alive: a comment, which a page does not see, "
        "or an event `ping`, which it can listen for.",
    )
