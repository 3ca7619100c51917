"""What a push may hold, and the one JSON of a session: the REST body and the SSE data alike."""

import json
import math
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers
from rest_framework.renderers import JSONRenderer

from .models import RunPhase, WizardSession

MAX_TASKS = 500
MAX_TITLE_LENGTH = 10_240
MAX_JSON_BYTES = 256 * 1024
MAX_JSON_DEPTH = 20  # MariaDB's own limit is 32, and the row's column adds none
FIRST_START = datetime(1970, 1, 1, tzinfo=UTC)
LAST_START = datetime(9998, 12, 31, 23, 59, 59, tzinfo=UTC)  # a day's offset later still has a date

# The routes below sessions/, and what HTTP clients resolve away before they send the request.
RESERVED_SESSION_IDS = frozenset({"latest", "stream", ".", ".."})


class TextField(serializers.CharField):
    """A string as it was sent: DRF's own field also takes numbers, and trims."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


def validate_session_id(value: str) -> None:
    """Refuses what could be stored but never be retrieved by its URL."""
    if value in RESERVED_SESSION_IDS:
        raise serializers.ValidationError(
            f'"{value}" is reserved: a session of this id could not be retrieved.'
        )
    if "/" in value or any(unicodedata.category(character) == "Cc" for character in value):
        raise serializers.ValidationError(
            "Slashes and control characters are not allowed: "
            "a session of this id could not be retrieved."
        )


def validate_started_at(value: datetime) -> None:
    if not FIRST_START <= value <= LAST_START:
        raise serializers.ValidationError(
            f"Must be between the years {FIRST_START.year} and {LAST_START.year}."
        )


def validate_json(value: Any) -> None:
    """Refuses what some database could not store, or could not give back as valid JSON."""
    for depth, part in _walk(value):
        if depth > MAX_JSON_DEPTH:
            raise serializers.ValidationError(f"Nested deeper than {MAX_JSON_DEPTH} levels.")
        if isinstance(part, float) and not math.isfinite(part):
            raise serializers.ValidationError("Holds a number that is out of range.")
        if isinstance(part, str) and any(
            character == "\0" or "\ud800" <= character <= "\udfff" for character in part
        ):
            raise serializers.ValidationError("Holds a null character or a lone surrogate.")
    if len(json.dumps(value, ensure_ascii=False).encode()) > MAX_JSON_BYTES:
        raise serializers.ValidationError(f"Larger than {MAX_JSON_BYTES // 1024} KiB as JSON.")


def _walk(value: Any) -> Iterator[tuple[int, Any]]:
    """Every value and key within, with its depth. Not recursive, so that no input exhausts it."""
    pending = [(0, value)]
    while pending:
        depth, part = pending.pop()
        yield depth, part
        if isinstance(part, dict):
            pending += [(depth + 1, inner) for item in part.items() for inner in item]
        elif isinstance(part, list):
            pending += [(depth + 1, inner) for inner in part]


class TaskSerializer(serializers.Serializer[Any]):
    id = TextField(max_length=255, help_text="Up to 255 characters.")
    title = TextField(max_length=MAX_TITLE_LENGTH, help_text="Up to 10,240 characters.")
    status = serializers.ChoiceField(
        choices=("pending", "in_progress", "completed", "failed", "canceled")
    )


class WizardSessionSerializer(serializers.ModelSerializer[WizardSession]):
    """A push in, a session out. Unknown keys of a push are ignored: newer wizards send more."""

    session_id = TextField(
        max_length=255,
        validators=(validate_session_id,),
        help_text="Names the run within the project: a second push of it replaces the first. Up "
        'to 255 characters; not "latest", "stream", "." or "..", no slash, no control character.',
    )
    team_id = serializers.ReadOnlyField(source="project_id", help_text="The project's id.")
    workflow_id = TextField(max_length=128, help_text="What the wizard does. Up to 128 characters.")
    skill_id = TextField(
        max_length=128, help_text="The framework it does it for. Up to 128 characters."
    )
    started_at = serializers.DateTimeField(
        default_timezone=UTC,
        validators=(validate_started_at,),
        help_text="RFC 3339, of the years 1970 to 9998; UTC if it names no offset.",
    )
    run_phase = serializers.ChoiceField(choices=RunPhase.choices)
    tasks = TaskSerializer(
        many=True,
        max_length=MAX_TASKS,  # type: ignore[call-arg]
        help_text="In the order in which to show them. Up to 500, and 256 KiB as JSON.",
    )
    event_plan = serializers.DictField(
        allow_null=True,
        default=None,
        validators=(validate_json,),
        help_text="Any object of up to 256 KiB as JSON and 20 levels.",
    )
    error = serializers.DictField(
        allow_null=True,
        default=None,
        validators=(validate_json,),
        help_text="Any object of up to 256 KiB as JSON and 20 levels.",
    )
    created_at = serializers.DateTimeField(read_only=True, default_timezone=UTC)
    updated_at = serializers.DateTimeField(read_only=True, default_timezone=UTC)
    is_stale = serializers.BooleanField(
        read_only=True, help_text="The run has not ended, but nothing was pushed for a while."
    )

    class Meta:
        model = WizardSession
        fields = (
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


def render_session(session: WizardSession) -> str:
    """The session's JSON on one line."""
    rendered: bytes = JSONRenderer().render(WizardSessionSerializer(session).data)
    return rendered.decode()


class ListQuerySerializer(serializers.Serializer[Any]):
    workflow_id = serializers.CharField(default="", allow_blank=True, trim_whitespace=False)
    skill_id = serializers.CharField(default="", allow_blank=True, trim_whitespace=False)


class LatestQuerySerializer(ListQuerySerializer):
    workflow_id = serializers.CharField(trim_whitespace=False)


class StreamQuerySerializer(LatestQuerySerializer):
    heartbeat = serializers.ChoiceField(choices=("comment", "event"), default="comment")
