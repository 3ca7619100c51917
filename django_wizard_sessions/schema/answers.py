"""What the operations answer, as the schema shows it: what each status means, with an example."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import serializers
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler

from django_wizard_sessions.exceptions import StreamNotMounted, TooManyStreams
from django_wizard_sessions.parsers import RequestTooLarge

JSON = "application/json"

PUSH: dict[str, Any] = {
    "session_id": "nextjs-app-router-2026-11-24T02:25:53Z",
    "workflow_id": "integration",
    "skill_id": "nextjs-app-router",
    "started_at": "2026-11-24T02:25:53Z",
    "run_phase": "running",
    "tasks": [
        {"id": "0", "title": "Detect the framework", "status": "completed"},
        {"id": "1", "title": "Install the SDK", "status": "in_progress"},
    ],
    "event_plan": {"events": [{"name": "sign_up"}]},
    "error": None,
}
SESSION: dict[str, Any] = {
    "session_id": PUSH["session_id"],
    "team_id": 1,
    **PUSH,
    "created_at": "2026-11-24T02:25:54.102938Z",
    "updated_at": "2026-11-24T02:26:31.475869Z",
    "is_stale": False,
}


class WizardSessionRefusalSerializer(serializers.Serializer[Any]):
    """Why a request was refused."""

    detail: serializers.CharField = serializers.CharField()


FIELD_ERRORS: dict[str, Any] = {
    "type": "object",
    "description": "By the name of a field or parameter, what is wrong with it: a list of texts; "
    "of `tasks`, the same for each task. A body that is no JSON has `detail` alone.",
    "additionalProperties": {},
}


class Success(NamedTuple):
    """Without an example, a status that comes without a body."""

    description: str
    example: Any = None
    media_type: str = JSON


class Refusal(NamedTuple):
    description: str
    detail: str


REFUSALS = {
    401: Refusal(
        "There are no credentials, or they are not or no longer valid.",
        "Authentication credentials were not provided.",
    ),
    403: Refusal(
        "The token lacks the scope.",
        "The token lacks the scope wizard_session:read.",
    ),
    404: Refusal(
        "There is no such project, or the caller may not see it: that is not told apart.",
        "Not found.",
    ),
    406: Refusal(
        "The client does not accept JSON.", "Could not satisfy the request Accept header."
    ),
    413: Refusal("The body is too large.", RequestTooLarge.default_detail),
    415: Refusal(
        "The body is not declared as JSON.", 'Unsupported media type "text/plain" in request.'
    ),
    429: Refusal(
        "There were too many requests: the API's own limits apply.",
        "Request was throttled. Expected available in 10 seconds.",
    ),
    501: Refusal(
        "The server cannot stream: it is no ASGI server, or the stream is not mounted there.",
        StreamNotMounted.default_detail,
    ),
    503: Refusal("Too many streams are open.", TooManyStreams.default_detail),
}

HEADERS = (
    OpenApiParameter(
        "WWW-Authenticate",
        str,
        OpenApiParameter.HEADER,
        description="How to authenticate: by `Bearer`, unless the API has another scheme.",
        response=[401],
    ),
    OpenApiParameter(
        "Retry-After",
        int,
        OpenApiParameter.HEADER,
        description="How many seconds to wait before the next attempt.",
        response=[429, 503],
    ),
)


def success(answer: Success, session: Any) -> OpenApiResponse:
    if answer.example is None:
        return OpenApiResponse(description=answer.description)
    body = session if answer.media_type == JSON else OpenApiTypes.STR
    return OpenApiResponse(body, answer.description, [_example(answer.example)])


def invalid(example: Mapping[str, Any]) -> OpenApiResponse:
    return _refusal("A field or parameter is missing or not valid.", FIELD_ERRORS, example)


def refusal(answer: Refusal) -> OpenApiResponse:
    example = {"detail": answer.detail}
    return _refusal(answer.description, WizardSessionRefusalSerializer, example)


def _refusal(description: str, body: Any, example: Any) -> OpenApiResponse:
    if api_settings.EXCEPTION_HANDLER is not exception_handler:
        return OpenApiResponse(OpenApiTypes.ANY, description)  # in the host's own format
    return OpenApiResponse(body, description, [_example(example)])


def _example(value: Any) -> OpenApiExample:
    return OpenApiExample("Example", value)
