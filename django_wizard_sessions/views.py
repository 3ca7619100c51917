from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, NoReturn

from django.core.exceptions import TooManyFieldsSent
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import add_never_cache_headers
from django.utils.module_loading import import_string
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ParseError
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, Serializer
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.viewsets import GenericViewSet

from . import broadcast, signals, sse
from .answers import EncodedResponse
from .caching import CachingMixin
from .conf import get_settings, streams_are_enabled
from .embedding import OF_PAGES
from .exceptions import StreamNotMounted, TooManyStreams
from .grants import SCOPE_KEY, Admission, Grant
from .models import WizardSession, WizardSessionQuerySet
from .pagination import WizardSessionPagination
from .parsers import MAX_BODY_BYTES, JSONParser
from .projects import ProjectMixin, storable
from .serializers import (
    LatestQuerySerializer,
    ListQuerySerializer,
    StreamQuerySerializer,
    get_serializer_class,
    render_push,
)


class WizardSessionViewSet(CachingMixin, ProjectMixin, GenericViewSet[WizardSession]):
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
    lookup_field = "session_id"
    lookup_value_converter = "str"
    pagination_class: Any = WizardSessionPagination
    # The wire format is fixed, whatever the host's defaults for its own API are.
    parser_classes: Sequence[Any] = (JSONParser,)
    renderer_classes: Sequence[type[BaseRenderer]] = (JSONRenderer,)
    filter_backends: Sequence[Any] = ()
    permission_classes: Sequence[Any] = ()
    """Of a subclass; while it is empty, those of the setting hold."""
    scope_denial: str | None = None
    """Why ``HasScope`` denied the request, however it is composed with other permissions."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # Before authentication, and with it before any query: to this, an EventSource stops.
        is_stream = self.action_map.get(str(request.method).lower()) == "stream"
        if is_stream and not streams_are_enabled():
            off = HttpResponse(status=status.HTTP_204_NO_CONTENT)
            add_never_cache_headers(off)
            return off
        return super().dispatch(request, *args, **kwargs)

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        # A body need not say its length (chunked, HTTP/2); DRF would take that for no body. The
        # parser bounds what it reads. Not for a GET: an authenticator may look for a body.
        if request.method in {"POST", "PUT", "PATCH"}:
            request.META.setdefault("CONTENT_LENGTH", str(MAX_BODY_BYTES))
        return super().initialize_request(request, *args, **kwargs)

    @property
    def throttle_scope(self) -> str | None:
        """Of DRF's ``ScopedRateThrottle``: ``wizard_sessions.create``, if it has a rate."""
        scope = f"wizard_sessions.{self.action}"
        return scope if scope in ScopedRateThrottle.THROTTLE_RATES else None

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        return self.serializer_class or get_serializer_class()

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

    def get_permissions(self) -> Sequence[Any]:
        if self.permission_classes:
            return super().get_permissions()
        return [import_string(path)() for path in get_settings().PERMISSION_CLASSES]

    def check_throttles(self, request: Request) -> None:
        # Who opens a page that shows a run has asked for the page, and for nothing else.
        if not getattr(request, OF_PAGES, False):
            super().check_throttles(request)

    def permission_denied(
        self, request: Request, message: str | None = None, code: str | None = None
    ) -> NoReturn:
        super().permission_denied(request, message or self.scope_denial, code)

    def get_authenticate_header(self, request: Request) -> str:
        # Without one, DRF would answer 403, and a wizard could not tell a bad key from a scope.
        return super().get_authenticate_header(request) or "Bearer"

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:  # noqa: FBT001, FBT002
        # An EventSource accepts text/event-stream alone; a refusal is JSON all the same.
        of_stream = "stream" in self.action_map.values()
        return super().perform_content_negotiation(request, force or of_stream)

    def get_pusher(self) -> str:
        """Who pushes: whom ``ONLY_CREATOR_MAY_REPLACE`` tells apart. Empty for nobody."""
        user_id = getattr(self.request.user, "pk", None)
        return "" if user_id is None else str(user_id)

    def get_queryset(self) -> WizardSessionQuerySet:
        return self.queryset.filter(project=self.project)

    def get_grant(self, **query: Any) -> Grant:
        """What a stream shows."""
        return Grant(self.project.pk, **query)

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
            session = serializer.save(project=self.project, created_by=self.get_pusher())
        except IntegrityError:
            self.get_permitted_project()  # one that was deleted meanwhile is missing like any other
            raise
        session.rendered = render_push(serializer)
        for tell in (broadcast.publish, signals.tell_pushed):
            transaction.on_commit(
                partial(tell, session),
                using=session._state.db,  # noqa: SLF001
                robust=True,
            )
        code = status.HTTP_201_CREATED if session.revision == 1 else status.HTTP_200_OK
        if session.rendered is None:
            return Response(serializer.data, code)
        return EncodedResponse(serializer.data, session.rendered, code)

    def retrieve(self, request: Request, **_kwargs: Any) -> HttpResponseBase:
        """One session, by its id."""
        return self.answer_unless_known(self.get_object())

    @action(detail=False, pagination_class=None)
    def latest(self, request: Request, **_kwargs: Any) -> HttpResponseBase:
        """The newest session of a workflow, and of a skill if one is named; 204 without one."""
        query = self._query(LatestQuerySerializer)
        session = self.get_queryset().matching(**query).first()
        if session is None:
            return Response(status=status.HTTP_204_NO_CONTENT)
        return self.answer_unless_known(session)

    @action(detail=False, pagination_class=None)
    def stream(self, request: Request, **_kwargs: Any) -> HttpResponse:
        """Server-Sent Events: the latest session first, then every push as it is stored."""
        query = self._query(StreamQuerySerializer)
        admission: Admission | None = getattr(request, "scope", {}).get(SCOPE_KEY)
        if admission is None:
            raise StreamNotMounted
        last_event_id = request.query_params.get("last_event_id", "")
        last_event_id = request.headers.get("Last-Event-ID", last_event_id)
        if not admission.admit(self.get_grant(**query, last_event_id=last_event_id)):
            raise TooManyStreams
        # The consumer takes the response over from here.
        return HttpResponse(headers=sse.HEADERS)

    def _query(self, serializer_class: type[Serializer[Any]]) -> dict[str, Any]:
        query = serializer_class(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        return dict(query.validated_data)
