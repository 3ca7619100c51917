"""What a page shows of a run before its script does: as the view answers the page's own visitor.

So a host's authentication, permissions and serializer hold for it as for REST.
"""

import json
import logging
from contextlib import ExitStack
from http import HTTPStatus
from io import BytesIO
from typing import Any
from urllib.parse import unquote, urlencode

from django.core.exceptions import PermissionDenied
from django.db import connections, transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.template.response import SimpleTemplateResponse
from django.urls import get_script_prefix, resolve
from django.utils import timezone
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request

from .presentation import Run, present

OF_PAGES = "wizard_sessions_asked_by_page"
"""The attribute of a request that no client sent, but a page that is being rendered."""

ANSWERS = frozenset({HTTPStatus.OK, HTTPStatus.NO_CONTENT})
REFUSALS = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})

# What Django, and the like of it, keep of what they read from a request.
_READ = ("_body", "_post", "_files", "headers", "accepted_types", "accepted_types_by_precedence")
# Headers that are about the page's own body and answer.
_ABOUT_PAGE = ("CONTENT_", "HTTP_CONTENT_", "HTTP_TRANSFER_ENCODING", "HTTP_IF_", "HTTP_RANGE")

logger: logging.Logger = logging.getLogger(__name__)


def first_state(page: HttpRequest | Request, url: str, **query: str) -> Run | None:
    """What to show first of what is at the API's ``url``; ``None`` if that cannot be told.

    The visitor may not see it; or asking failed. Neither is to cost the host its page: the script
    asks again, and says what becomes of it.
    """
    try:
        answer = _answer(page, url, urlencode({name: id_ for name, id_ in query.items() if id_}))
        if answer.status_code in ANSWERS:
            _keep_for_visitor(page)
        match answer.status_code:
            case HTTPStatus.OK:
                return present(json.loads(answer.content), timezone.now())
            case HTTPStatus.NO_CONTENT:
                return Run()
    except Exception:
        logger.exception("A page could not show the wizard session at %s.", url)
        return None
    if answer.status_code not in REFUSALS:
        status = answer.status_code
        logger.warning("A page could not show the wizard session at %s: %s.", url, status)
    return None


def _keep_for_visitor(page: HttpRequest | Request) -> None:
    """Has Django's cache middleware pass by: ``cache_page`` would show the run to everybody."""
    request: Any = getattr(page, "_request", page)
    request._cache_update_cache = False  # noqa: SLF001


def _answer(page: HttpRequest | Request, url: str, query: str) -> HttpResponse:
    path = f"/{unquote(url).removeprefix(get_script_prefix())}"
    match = resolve(path)
    request = _request(getattr(page, "_request", page), url, path, query)  # DRF wraps Django's
    if isinstance(page, Request) and not isinstance(
        page.successful_authenticator, SessionAuthentication
    ):
        # DRF made them the request's own user. What proved who they are, the API may not take.
        del request.user
    request.resolver_match = match
    with ExitStack() as savepoints:
        # DRF marks a transaction that a refused request is in to be rolled back: not the page's.
        for connection in connections.all(initialized_only=True):
            if connection.in_atomic_block:
                savepoints.enter_context(transaction.atomic(using=connection.alias))
        try:
            answer: HttpResponse = match.func(request, *match.args, **match.kwargs)
        except (Http404, PermissionDenied):  # by what the host has around the view
            return HttpResponse(status=HTTPStatus.NOT_FOUND)
    return answer.render() if isinstance(answer, SimpleTemplateResponse) else answer


def _request(page: HttpRequest, url: str, path: str, query: str) -> HttpRequest:
    """A GET by the same visitor, with all that middlewares have put on the page's request."""
    request = type(page).__new__(type(page))
    vars(request).update({name: value for name, value in vars(page).items() if name not in _READ})
    request.method, request.path, request.path_info = "GET", unquote(url), path
    request.META = {
        **{name: value for name, value in page.META.items() if not name.startswith(_ABOUT_PAGE)},
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "HTTP_ACCEPT": "application/json",
    }
    request.GET = QueryDict(query)
    request._stream, request._read_started = BytesIO(), False  # type: ignore[attr-defined]  # noqa: SLF001
    request.content_type, request.content_params = "", {}
    setattr(request, OF_PAGES, True)
    return request
