from rest_framework.permissions import BasePermission


class IsProjectMember(BasePermission):
    """The host's own rule, for REST and for the stream. The object is always the project."""

    def has_object_permission(self, request, view, obj):
        return obj.members.contains(request.user)
