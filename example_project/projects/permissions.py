from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView


class IsProjectMember(BasePermission):
    """The host's own rule, for REST and for the stream. The object is always the project."""

    def has_object_permission(self, request: Request, view: APIView, obj: Any) -> bool:
        return bool(obj.members.contains(request.user))
