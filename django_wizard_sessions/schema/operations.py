"""The five operations, as the schema shows them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from django_wizard_sessions import sse
from django_wizard_sessions.serializers import (
    LatestQuerySerializer,
    ListQuerySerializer,
    StreamQuerySerializer,
)
from django_wizard_sessions.validators import RESERVED_SESSION_IDS

from .answers import JSON, PUSH, REFUSALS, SESSION, Refusal, Success, invalid, refusal, success

SESSION_ID: dict[str, Any] = {
    "minLength": 1,
    "maxLength": 255,
    "pattern": r"^[^/\u0000-\u001f\u007f-\u009f]+$",
    "not": {"enum": sorted(RESERVED_SESSION_IDS)},
}
NO_SESSION = "The project has no session of this id."
NEEDED = "This field is required."
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    location=OpenApiParameter.HEADER,
    description="The `ETag` of the session that the client has: it is not sent again.",
)
ETAG = OpenApiParameter(
    "ETag",
    str,
    OpenApiParameter.HEADER,
    description="Another one whenever the session is another: for `If-None-Match`.",
    response=[200, 304],
)
KNOWN = Success("The client has the session as it is: its `ETag` is among those it named.")


@dataclass(frozen=True, kw_only=True)
class Operation:
    operation_id: str
    summary: str
    description: str
    parameters: tuple[Any, ...] = ()
    requests: tuple[OpenApiExample, ...] = ()
    successes: Mapping[int, Success]
    invalid: Mapping[str, Any] | None = None
    """An example of a 400, if the operation has any."""
    refusals: Sequence[int]
    in_other_words: Mapping[int, Refusal] = field(default_factory=dict)
    """The refusals that are not as in :data:`REFUSALS`."""

    def responses(self, session: Any) -> dict[Any, OpenApiResponse]:
        """By status and media type, with this serializer of a session."""
        responses = {
            (status, answer.media_type): success(answer, session)
            for status, answer in self.successes.items()
        }
        if self.invalid is not None:
            responses[HTTPStatus.BAD_REQUEST, JSON] = invalid(self.invalid)
        refused = {**{status: REFUSALS[status] for status in self.refusals}, **self.in_other_words}
        responses |= {(status, JSON): refusal(answer) for status, answer in refused.items()}
        return dict(sorted(responses.items()))


OPERATIONS = {
    "list": Operation(
        operation_id="wizard_sessions_list",
        summary="List the project's runs",
        description="A page of the project's sessions: what started last comes first, and of what "
        "started at the same time, what was created last.",
        parameters=(ListQuerySerializer,),
        successes={200: Success("A page of sessions.", SESSION)},
        invalid={"limit": ["Must be a whole number from 1 to 2147483647."]},
        refusals=(401, 403, 404, 406, 429),
    ),
    "create": Operation(
        operation_id="wizard_sessions_create",
        summary="Push where a run is",
        description="Stores a snapshot of a run. The first one of a `session_id` creates the "
        "session; each later one replaces the whole of it, so that an optional key that is absent "
        "becomes null. To push the same again is safe. Keys that are not listed are ignored.\n\n"
        "No text may hold a null character (U+0000), which not every database could store.",
        requests=(OpenApiExample("Push", PUSH, request_only=True),),
        successes={
            200: Success("A known session was replaced.", SESSION),
            201: Success("A new session was created.", SESSION),
        },
        invalid={
            "session_id": [NEEDED],
            "run_phase": ["Must be one of: idle, running, completed, error."],
        },
        refusals=(401, 404, 406, 413, 415, 429),
        in_other_words={
            403: Refusal(
                "The token lacks the scope, a browser's request lacks the CSRF token, or the "
                "session is another user's and the host has only its creator replace it.",
                "The token lacks the scope wizard_session:write.",
            )
        },
    ),
    "retrieve": Operation(
        operation_id="wizard_sessions_retrieve",
        summary="Read one run",
        description="The session of this id, as it was last pushed.",
        parameters=(
            OpenApiParameter(
                "session_id",
                {"type": "string", "minLength": 1, "maxLength": 255},
                OpenApiParameter.PATH,
                description="As it was pushed. Colons may be percent-encoded, or not.",
            ),
            IF_NONE_MATCH,
            ETAG,
        ),
        successes={200: Success("The session.", SESSION), 304: KNOWN},
        refusals=(401, 403, 406, 429),
        in_other_words={
            404: Refusal(
                f"{NO_SESSION} Or there is no such project, or the caller may not see it.",
                NO_SESSION,
            )
        },
    ),
    "latest": Operation(
        operation_id="wizard_sessions_latest_retrieve",
        summary="Read the latest run",
        description="The session of the workflow that started last; of one skill alone, if it is "
        "named. Where there is none, that is no error but an empty answer: a page may ask this "
        "before it follows the stream.",
        parameters=(LatestQuerySerializer, IF_NONE_MATCH, ETAG),
        successes={
            200: Success("The latest session.", SESSION),
            204: Success("There is no such session yet."),
            304: KNOWN,
        },
        invalid={"workflow_id": [NEEDED]},
        refusals=(401, 403, 404, 406, 429),
    ),
    "stream": Operation(
        operation_id="wizard_sessions_stream_retrieve",
        summary="Follow the runs live",
        description="Server-Sent Events. The latest session, if there is one, is the first event; "
        "each push of a matching session follows as it is stored. These events have no name, so "
        "that `EventSource.onmessage` gets them; the `data` of each is a session as JSON. The "
        "server ends the stream after half an hour, or what it is set to, by the event `end`; an "
        "`EventSource` then comes back by itself.\n\n"
        "**Do not call this by a generated client.** The response does not end, and a wrapper "
        "around `fetch` that waits for the whole of it waits for ever, while what was sent fills "
        "its buffer. Take the generated builder of the URL (of orval's, for one, that is "
        "`getWizardSessionsStreamRetrieveUrl`), and open that with "
        "`new EventSource(url, {withCredentials: true})`.",
        parameters=(
            StreamQuerySerializer,
            OpenApiParameter(
                "last_event_id",
                description="As the header `Last-Event-ID`, for clients that cannot send one.",
            ),
            OpenApiParameter(
                "Last-Event-ID",
                location=OpenApiParameter.HEADER,
                description="The `id` of the last event that the client has: it is sent what "
                "changed since. An `EventSource` sends this by itself as it comes back.",
            ),
        ),
        successes={
            200: Success(
                "Events, until the client goes or the server ends the stream.",
                sse.encode(json.dumps(SESSION), id="1764-26").decode(),
                sse.HEADERS["Content-Type"],
            ),
            204: Success("Streams are switched off. An `EventSource` then stops for good."),
        },
        invalid={"workflow_id": [NEEDED]},
        refusals=(401, 403, 404, 429, 501, 503),
    ),
}
