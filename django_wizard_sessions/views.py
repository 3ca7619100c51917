import random
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NoReturn

from django.core.exceptions import TooManyFieldsSent
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.module_loading import import_string
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, NotFound, ParseError
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.viewsets import GenericViewSet

from . import broadcast, sse
from .conf import get_settings, streams_are_enabled
from .grants import SCOPE_KEY, Admission, Grant
from .models import WizardSession, WizardSessionQuerySet
from .pagination import WizardSessionPagination
from .parsers import MAX_BODY_BYTES, JSONParser
from .permissions import missing_scope
from .projects import ProjectMixin, storable
from .serializers import (
    LatestQuerySerializer,
    ListQuerySerializer,
    StreamQuerySerializer,
    WizardSessionSerializer,
)


class StreamNotMounted(APIException):
    status_code = status.HTTP_501_NOT_IMPLEMENTED
    default_detail = (
        "Streams need an ASGI server, with the package's consumer in front of Django: in asgi.py, "
        "wrap get_asgi_application() in django_wizard_sessions.routing.mount_stream()."
    )
    default_code = "stream_not_mounted"


class TooManyStreams(APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "Too many streams are open."
    default_code = "too_many_streams"

    def __init__(self) -> None:
        super().__init__()
        self.wait = random.randint(5, 15)  # noqa: S311  # seconds; not all come back at once


class WizardSessionViewSet(ProjectMixin, GenericViewSet[WizardSession]):
    """The five operations on the sessions of the project that the URL names."""

    required_scopes: ClassVar[Mapping[str, str]] = {
        "list": "wizard_session:read",
        "create": "wizard_session:write",
        "retrieve": "wizard_session:read",
        "latest": "wizard_session:read",
        "stream": "wizard_session:read",
        "metadata": "wizard_session:read",
    }
    """The scope that :class:`~django_wizard_sessions.permissions.HasScope` demands, by action."""

    queryset: WizardSessionQuerySet = WizardSession.objects.all()
    serializer_class = WizardSessionSerializer
    lookup_field = "session_id"
    lookup_value_converter = "str"
    pagination_class = WizardSessionPagination
    # The wire format is fixed, whatever the host's defaults for its own API are.
    parser_classes = (JSONParser,)
    renderer_classes: Sequence[type[BaseRenderer]] = (JSONRenderer,)
    filter_backends = ()
    permission_classes = ()
    """Of a subclass; while it is empty, those of the setting hold."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # Before authentication, and with it before any query: to this, an EventSource stops.
        is_stream = self.action_map.get(str(request.method).lower()) == "stream"
        if is_stream and not streams_are_enabled():
            return HttpResponse(status=status.HTTP_204_NO_CONTENT)
        return super().dispatch(request, *args, **kwargs)

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        # A body need not say its length (chunked, HTTP/2); DRF would take that for no body. The
        # parser bounds what it reads.
        request.META.setdefault("CONTENT_LENGTH", str(MAX_BODY_BYTES))
        return super().initialize_request(request, *args, **kwargs)

    def handle_exception(self, exc: Exception) -> Response:
        # Django's own answer would be a page of HTML, and a traceback in the log.
        if isinstance(exc, TooManyFieldsSent):
            exc = ParseError("The query has too many parameters.")
        return super().handle_exception(exc)

    def perform_authentication(self, request: Request) -> None:
        # A quoted cookie may hold one, and PostgreSQL refuses to look up such a session.
        if any("\0" in value for value in request.COOKIES.values()):
            raise ParseError("A cookie holds a null character.")
        super().perform_authentication(request)

    def get_permissions(self) -> Sequence[BasePermission]:
        if self.permission_classes:
            return super().get_permissions()
        return [import_string(path)() for path in get_settings().PERMISSION_CLASSES]

    def permission_denied(
        self, request: Request, message: str | None = None, code: str | None = None
    ) -> NoReturn:
        # A permission that is composed of others has no message of its own.
        super().permission_denied(request, message or missing_scope(request, self), code)

    def get_authenticate_header(self, request: Request) -> str:
        # Without one, DRF would answer 403, and a wizard could not tell a bad key from a scope.
        return super().get_authenticate_header(request) or "Bearer"

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:  # noqa: FBT001, FBT002
        # An EventSource accepts text/event-stream alone; a refusal is JSON all the same.
        of_stream = "stream" in self.action_map.values()
        return super().perform_content_negotiation(request, force or of_stream)

    def get_queryset(self) -> WizardSessionQuerySet:
        return self.queryset.filter(project=self.project)

    def get_object(self) -> WizardSession:
        try:
            session_id = storable(self.kwargs[self.lookup_field])
            return self.get_queryset().get(session_id=session_id)
        except (Http404, WizardSession.DoesNotExist) as error:
            raise NotFound("The project has no session of this id.") from error

    def list(self, request: Request, **_kwargs: Any) -> Response:
        """A page of the project's sessions, the newest first."""
        query = self._query(ListQuerySerializer)
        page = self.paginate_queryset(self.get_queryset().matching(**query))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def create(self, request: Request, **_kwargs: Any) -> Response:
        """Stores a snapshot of a run: 201 for a new session, 200 for one that it replaces."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        try:
            session = serializer.save(project=self.project)
        except IntegrityError:
            self.get_permitted_project()  # one that was deleted meanwhile is missing like any other
            raise
        transaction.on_commit(
            lambda: broadcast.publish(session),
            using=session._state.db,  # noqa: SLF001
            robust=True,
        )
        created = session.revision == 1
        return Response(serializer.data, status.HTTP_201_CREATED if created else status.HTTP_200_OK)

    def retrieve(self, request: Request, **_kwargs: Any) -> Response:
        """One session, by its id."""
        return Response(self.get_serializer(self.get_object()).data)

    @action(detail=False, pagination_class=None)
    def latest(self, request: Request, **_kwargs: Any) -> Response:
        """The newest session of a workflow, and of a skill if one is named; 204 without one."""
        query = self._query(LatestQuerySerializer)
        session = self.get_queryset().matching(**query).first()
        if session is None:
            return Response(status=status.HTTP_204_NO_CONTENT)
        return Response(self.get_serializer(session).data)

    @action(detail=False, pagination_class=None)
    def stream(self, request: Request, **_kwargs: Any) -> HttpResponse:
        """Server-Sent Events: the latest session first, then every push as it is stored."""
        query = self._query(StreamQuerySerializer)
        admission: Admission | None = getattr(request, "scope", {}).get(SCOPE_KEY)
        if admission is None:
            raise StreamNotMounted
        last_event_id = request.query_params.get("last_event_id", "")
        last_event_id = request.headers.get("Last-Event-ID", last_event_id)
        if not admission.admit(Grant(self.project.pk, **query, last_event_id=last_event_id)):
            raise TooManyStreams
        # The consumer takes the response over from here.
        return HttpResponse(headers=sse.HEADERS)

    def _query(self, serializer_class: type[Serializer[Any]]) -> dict[str, Any]:
        query = serializer_class(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        return dict(query.validated_data)
