"""Which project a request is about, and whether the caller may see it."""

from itertools import takewhile
from typing import Any

from django.apps import apps
from django.core import exceptions
from django.http import Http404
from rest_framework.exceptions import NotAuthenticated, NotFound, PermissionDenied
from rest_framework.generics import GenericAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.settings import api_settings

from .conf import get_settings


class ProjectMixin(GenericAPIView[Any]):
    """Lets nobody pass who may not see the project that the URL names."""

    project_url_kwarg = "project_id"
    """The URL's keyword that holds the project's key.

    If the URL has no such keyword, the last one that its prefix captures does.
    """

    project: Any
    """The project, once the caller may see it."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.project = self.get_permitted_project()

    def get_permitted_project(self) -> Any:
        """One that is missing and one that the caller may not see are answered alike."""
        try:
            project = self.get_project()
            self.check_object_permissions(self.request, project)
        except (Http404, exceptions.PermissionDenied, PermissionDenied, NotAuthenticated) as error:
            if self.request.authenticators and not self.request.successful_authenticator:
                raise NotAuthenticated from error
            raise NotFound from error
        return project

    def get_project(self) -> Any:
        """The project that the URL names, whoever asks.

        Raises ``Http404`` where there is none.
        """
        key = storable(self.get_project_key())
        projects = apps.get_model(get_settings().PROJECT_MODEL)._default_manager.all()  # noqa: SLF001
        project: Any = get_object_or_404(projects, pk=key)
        if isinstance(project.pk, str) and project.pk != key:
            raise Http404  # a collation took one text for the other
        return project

    def get_project_key(self) -> Any:
        prefix = list(takewhile(lambda name: name != self.lookup_field, self.kwargs))
        if self.project_url_kwarg in prefix:
            return self.kwargs[self.project_url_kwarg]
        match = self.request.resolver_match
        # What a URLconf passes beside what it captures from the path says nothing of the project.
        extra = match.extra_kwargs if match else {}  # type: ignore[attr-defined]
        other = {api_settings.VERSION_PARAM, api_settings.FORMAT_SUFFIX_KWARG, *extra}
        candidates = [name for name in prefix if name not in other]
        if not candidates:
            raise exceptions.ImproperlyConfigured(
                "Mount the wizard sessions' URLs below a prefix that names the project, such as "
                "'projects/<int:project_id>/wizard/'."
            )
        return self.kwargs[candidates[-1]]


def storable(key: Any) -> Any:
    """The key, unless it holds a null character: PostgreSQL would refuse the query."""
    if "\0" in str(key):
        raise Http404
    return key
