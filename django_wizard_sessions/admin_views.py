"""What the page of a session in Django's admin shows live: this one session, to who may view it."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.contrib.admin.utils import unquote
from django.http import Http404
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.schemas.inspectors import ViewInspector
from rest_framework.versioning import BaseVersioning

from .grants import Grant
from .models import WizardSession, WizardSessionQuerySet
from .views import WizardSessionViewSet

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin


class MayViewInAdmin(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        admin: ModelAdmin[WizardSession] = view.model_admin
        page = request._request  # noqa: SLF001  # what the admin's own views are given
        return admin.admin_site.has_permission(page) and admin.has_view_permission(page, view.shown)


class AdminSessionViewSet(WizardSessionViewSet):
    """Read by the admin's own login and permissions: those of the host's API are not asked."""

    model_admin: Any = None
    http_method_names: list[str] = ["get", "head", "options"]
    authentication_classes: Sequence[type[BaseAuthentication]] = (SessionAuthentication,)
    permission_classes: Sequence[Any] = (MayViewInAdmin,)
    versioning_class: type[BaseVersioning] | None = None
    schema: ViewInspector | None = None

    @cached_property
    def shown(self) -> WizardSession | None:
        object_id = unquote(self.kwargs["object_id"])
        session: WizardSession | None = self.model_admin.get_object(
            self.request._request,  # noqa: SLF001
            object_id,
        )
        return session

    def get_project(self) -> Any:
        if self.shown is None:
            raise Http404
        return self.shown.project

    def get_queryset(self) -> WizardSessionQuerySet:
        assert self.shown is not None  # noqa: S101  # its project was found
        return super().get_queryset().filter(pk=self.shown.pk)

    def get_grant(self, **query: Any) -> Grant:
        """Of this session, whatever the query asks for."""
        assert self.shown is not None  # noqa: S101  # its project was found
        of_shown = {"workflow_id": self.shown.workflow_id, "skill_id": ""}
        return replace(super().get_grant(**{**query, **of_shown}), session=self.shown.pk)
